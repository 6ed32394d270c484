"""What the pages show is what happens: their shell and Python blocks are run, and their output is compared.

The blocks of a page run in order, in one empty directory, and its Python blocks share their names. A block
``text`` right after one that was run is its output, but for blank lines around it; in it, ``...`` stands for
anything. A block that isn't run has a line `<!-- skip: next "the reason" -->` before it.
"""

from __future__ import annotations

import contextlib
import difflib
import doctest
import io
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

import pytest
from sybil import Document, Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, SkipParser

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOT_RUN_AT_MOST = 20
LANGUAGES = {"sh", "python", "text", "yaml", "sql"}
OUTPUT = re.compile(r"\n+```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SKIPPED = re.compile(r"<!-- skip: next")


def run_shell(example: Example) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", example.parsed],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"{where(example)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    compare(example, done.stdout)


def run_python(example: Example) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        PythonEvaluator()(example)
    compare(example, printed.getvalue())


def compare(example: Example, printed: str) -> None:
    """Compare what was printed with the block of output that follows, where one does."""
    shown = OUTPUT.match(example.document.text, example.region.end)
    if shown is None:
        return
    want, got = shown[1].strip("\n") + "\n", printed.strip("\n") + "\n"
    if not doctest.OutputChecker().check_output(want, got, doctest.ELLIPSIS):
        change = difflib.unified_diff(
            want.splitlines(), got.splitlines(), "the page shows", "it prints", lineterm=""
        )
        raise AssertionError(f"{where(example)}:\n" + "\n".join(change))


def where(example: Example) -> str:
    return f"{Path(example.path).relative_to(ROOT)}, line {example.line}"


EXAMPLES = Sybil(
    parsers=[CodeBlockParser("sh", run_shell), CodeBlockParser("python", run_python), SkipParser()]
)


def run(document: Document) -> None:
    for example in document.examples():
        with contextlib.suppress(unittest.SkipTest):
            example.evaluate()


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty directory, with the commands of this environment at hand."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_runs_and_prints_what_the_page_shows(page: Path):
    """Each shell and Python block of a page exits with 0, and prints the output that stands after it."""
    run(EXAMPLES.parse(page))


def test_blocks_say_what_they_are_and_few_are_not_run():
    """Each block names a language, so that no command hides; those not run are few, and say why."""
    skipped = 0
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        opened = re.findall(r"^ *```(.*)$", text, re.MULTILINE)[::2]
        assert set(opened) <= LANGUAGES, page
        skipped += len(SKIPPED.findall(text))
        assert len(SKIPPED.findall(text)) == len(re.findall(r'<!-- skip: next "[^"]+" -->\n+```', text)), page
    assert skipped <= NOT_RUN_AT_MOST


@pytest.mark.parametrize(
    "broken",
    [
        "```sh\nfalse\n```\n",
        "```sh\necho one\n```\n\n```text\ntwo\n```\n",
        "```sh\nfalse | true\n```\n",
        "```python\nprint(1)\n```\n\n```text\n2\n```\n",
        "```python\nraise ValueError\n```\n",
    ],
)
def test_a_page_that_is_wrong_is_noticed(broken: str, place: Path, monkeypatch: pytest.MonkeyPatch):
    """A command that fails, and output that differs, fail the page."""
    page = place / "page.md"
    page.write_text(broken, encoding="utf-8")
    monkeypatch.setitem(globals(), "ROOT", place)
    with pytest.raises((AssertionError, ValueError)):
        run(EXAMPLES.parse(page))
