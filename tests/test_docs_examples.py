"""What the pages show is what happens: all shell and Python blocks are run, and their output is compared.

The blocks of a page run in order, in a copy of the project, and its Python blocks share their names. A block
``text`` right after one is its output, but for blank lines around it; in it, ``...`` stands for anything.
Where a block would take too long, or a machine that isn't there, a line before it says which of its words are
replaced when it is run here, and why; docs/how-to/documentation.md lists them all. No block is left out.
"""

from __future__ import annotations

import contextlib
import difflib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Document, Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser
from sybil.region import Lexeme
from tests.spark_sessions import needs_java, spark_on

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LANGUAGES = {"sh", "python", "text", "yaml", "sql"}
OUTPUT = re.compile(r"\n+```text\n(.*?)^```$", re.DOTALL | re.MULTILINE)
REPLACED = re.compile(r'<!-- run with ((?:"[^"\n]*" for "[^"\n]+"(?:, )?)+): [^\n]+ -->\n+\Z')
ONE_REPLACED = re.compile(r'"([^"\n]*)" for "([^"\n]+)"')
SHOWN_ONLY = shutil.ignore_patterns(".*", "__pycache__", "data", "site")
PATIENCE = 600  # seconds for a block


def replace_words(example: Example) -> None:
    """Replace what the line before a block says, and refuse words that aren't in the block."""
    said = REPLACED.search(example.document.text[: example.start])
    code = str(example.parsed)
    for run, shown in ONE_REPLACED.findall(said[1]) if said else ():
        assert shown in code, f"{where(example)}: {shown!r} is to be replaced, but isn't in the block"
        code = code.replace(shown, run)
    example.parsed = Lexeme(code, example.parsed.offset, example.parsed.line_offset)


def run_shell(example: Example) -> None:
    replace_words(example)
    installs_elsewhere = re.search(r"activate|/pip install", example.parsed)
    assert "pip install" not in example.parsed or installs_elsewhere, (
        f"{where(example)} changes this environment"
    )
    # Bash becomes its last command unless one follows, and a command may look for the shell that started it.
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{example.parsed}\n:"],
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"{where(example)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    compare(example, done.stdout)


def run_python(example: Example) -> None:
    replace_words(example)
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


EXAMPLES = Sybil(parsers=[CodeBlockParser("sh", run_shell), CodeBlockParser("python", run_python)])


def run(document: Document) -> None:
    for example in document.examples():
        example.evaluate()


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty directory, with the commands of this environment at hand.

    What a block installs goes into an environment that it makes. On the path of modules lies what is here
    already, so pip finds it and fetches the rest alone; CI's own `make lint` is the fresh installation.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    monkeypatch.setenv("PYTHONPATH", sysconfig.get_path("purelib"))
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        monkeypatch.delenv(name)  # one block starts pytest, which isn't a worker of this one
    return tmp_path


@pytest.fixture
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty PostgreSQL database, whose address is in `$DATABASE`."""
    server, name = request.getfixturevalue("server"), request.getfixturevalue("shop_on_server")
    monkeypatch.setenv("DATABASE", server.address(name))


@pytest.fixture
def spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Spark session, which a block gets by `getOrCreate`; Java compiles little, since nothing runs long."""
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    with spark_on("local[2]", tmp_path):
        yield


def blocks(page: Path) -> list[str]:
    """Code of all shell and Python blocks, found by their fences alone."""
    text = page.read_text(encoding="utf-8")
    return re.findall(r"^ *```(?:sh|python)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)


NEEDED = {"$DATABASE": "database", "SparkSession": "spark"}
WITH_BLOCKS = [
    pytest.param(
        page, marks=needs_java if "SparkSession" in "".join(code) else [], id=str(page.relative_to(ROOT))
    )
    for page in PAGES
    if (code := blocks(page))
]


@pytest.mark.parametrize("page", WITH_BLOCKS)
def test_every_block_runs_and_prints_what_the_page_shows(
    page: Path, request: pytest.FixtureRequest, place: Path, monkeypatch: pytest.MonkeyPatch
):
    """Each shell and Python block of a page exits with 0, and prints the output that stands after it."""
    for word, server in NEEDED.items():
        if word in "".join(blocks(page)):
            request.getfixturevalue(server)
    monkeypatch.chdir(shutil.copytree(ROOT, place / "footfall", ignore=SHOWN_ONLY))
    run(EXAMPLES.parse(page))


def test_no_block_is_left_out():
    """Each block names a language; each of shell and Python is found; what is replaced stands before one."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        examples = list(EXAMPLES.parse(page).examples())
        opened = re.findall(r"^ *```(.*)$", text, re.MULTILINE)[::2]
        assert set(opened) <= LANGUAGES, page
        assert len(examples) == len(blocks(page)), page
        assert "<!-- skip" not in text, page
        replaced = [example for example in examples if REPLACED.search(text[: example.start])]
        assert len(replaced) == len(re.findall(r"^<!-- run", text, re.MULTILINE)), page
        for example in replaced:
            replace_words(example)


def test_a_block_runs_with_the_words_that_its_page_names(place: Path):
    """What is run differs from what is shown in the replaced words, and in nothing else."""
    page = place / "page.md"
    page.write_text(
        '<!-- run with "2" for "2000", "b" for "a": it is quicker -->\n\n'
        '```python\nprint(2000, "a c")\n```\n\n'
        "```text\n2 b c\n```\n",
        encoding="utf-8",
    )
    run(EXAMPLES.parse(page))


@pytest.mark.parametrize(
    "broken",
    [
        "```sh\nfalse\n```\n",
        "```sh\necho one\n```\n\n```text\ntwo\n```\n",
        "```sh\nfalse | true\n```\n",
        "```sh\npip install nothing\n```\n",
        "```python\nprint(1)\n```\n\n```text\n2\n```\n",
        "```python\nraise ValueError\n```\n",
        '<!-- skip: next "it fails" -->\n\n```sh\nfalse\n```\n',
        '<!-- run with "one" for "two": there is no two -->\n\n```sh\necho three\n```\n',
    ],
)
def test_a_page_that_is_wrong_is_noticed(broken: str, place: Path, monkeypatch: pytest.MonkeyPatch):
    """A command that fails, output that differs, and a replacement of what isn't there fail the page."""
    page = place / "page.md"
    page.write_text(broken, encoding="utf-8")
    monkeypatch.setitem(globals(), "ROOT", place)
    with pytest.raises((AssertionError, ValueError)):
        run(EXAMPLES.parse(page))
