"""Places and streams as careless callers give them: one clear line, or no harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import Outcome
from footfall.scenario.sources import text_of

Run = Callable[..., Outcome]
SMALL = ["--scale", "0.01", "--workers", "1"]


def in_bash(line: str, **environment: str) -> Outcome:
    """Run a line in which FOOTFALL stands for the command."""
    command = line.replace("FOOTFALL", f"{sys.executable} -m footfall")
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, check=False, env={**os.environ, **environment}
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate", "vantage", "-o", "/", "--overwrite", *SMALL], "/ is the current directory or contains"),
        (["generate", "vantage", "-o", "s3://bucket/shop"], "--engine local takes a directory"),
        (["generate", "vantage", "-o", "duckdb:shop.db"], "footfall load --to writes into one"),
        (["generate", "vantage", "-o", "postgresql://ann:secret@db/shop"], "footfall load --to writes into"),
        (["changes", "vantage", "--day", "2025-03-01", "-o", "duckdb:shop.db"], "a place on this machine"),
        (["dbt", "vantage", "-o", "postgresql://ann:secret@db/shop"], "a place on this machine"),
        (["report", "shop", "-o", "s3://bucket/page.html"], "a place on this machine"),
        (["verify", "mysql://ann:secret@db/shop"], "name a directory, duckdb:FILE or postgresql://"),
        (["verify", "duckdb:shop.db", "--schema", ""], "--schema"),
        (["load", "vantage", "--to", "duckdb:shop.db", "--schema", " ", *SMALL], "must be a name"),
        (["load", "vantage", "--to", "duckdb:shop.db", "--schema", "a\nb", *SMALL], "must be a name"),
    ],
)
def test_a_place_that_is_none_is_one_line(footfall: Run, arguments: list[str], said: str) -> None:
    """What can't be written or read is refused before anything is made, and no password is repeated."""
    outcome = footfall(*arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1), outcome
    assert said in outcome.err
    assert "secret" not in outcome.err
    assert list(Path().iterdir()) == []


def test_a_current_directory_that_is_gone_is_one_line(tmp_path: Path) -> None:
    """Whoever stands in a directory that was removed is told that, and not of stdout."""
    outcome = in_bash(
        f"mkdir {tmp_path}/gone && cd {tmp_path}/gone && rmdir {tmp_path}/gone && "
        f"FOOTFALL generate vantage -o data {' '.join(SMALL)}"
    )
    assert outcome == Outcome(2, "", "footfall: the current directory: No such file or directory\n")


def test_closed_streams_do_no_harm(tmp_path: Path) -> None:
    """Without stdin, stdout and stderr, as under some schedulers, data are made and refusals exit 2."""
    made = in_bash(f"FOOTFALL generate vantage -o {tmp_path}/data {' '.join(SMALL)} <&- >&- 2>&-")
    assert made == Outcome(0, "", "")
    assert (tmp_path / "data" / "raw_orders.csv").read_bytes().startswith(b"order_id,")
    assert in_bash("FOOTFALL show vantagge <&- >&- 2>&-").code == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's addresses")
def test_too_little_memory_is_one_line(tmp_path: Path) -> None:
    """A process that gets no more memory says so, and leaves nothing."""
    code = (
        "import resource, sys; import footfall; from footfall.cli.main import run; "
        "footfall.generate('storefront', scale=0.02); "  # all is imported: what lacks is room for rows
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize(); "
        "resource.setrlimit(resource.RLIMIT_AS, (used + 2**25, -1)); run(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "generate", "storefront", "-o", "x", "--scale", "100"]
    command += ["--workers", "1"]  # of several, it is a worker that runs short
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "not enough memory" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_without_our_letters_gets_others() -> None:
    """Where stdout knows ASCII alone, tables escape what it lacks; texts of files are UTF-8 all the same."""
    plain = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    told = in_bash("FOOTFALL plan vantage; FOOTFALL scenarios", **plain)
    assert (told.code, told.err) == (0, "")
    assert told.out.isascii()
    assert in_bash("FOOTFALL show vantage", **plain) == Outcome(0, text_of("vantage"), "")
    assert json.loads(in_bash("FOOTFALL explain raw_products.category --json", **plain).out)


def test_a_report_leaves_out_references_to_a_table_that_cannot_be_read(footfall: Run) -> None:
    """A table that is missing fails the contract; the page is drawn of the others and exits 1."""
    assert footfall("generate", "vantage", "-o", "data", *SMALL, "--quiet").code == 0
    Path("data/raw_orders.csv").unlink()
    outcome = footfall("report", "data", "-o", "page.html")
    assert (outcome.code, outcome.err) == (1, "")
    assert "1 check failed" in outcome.out
    assert "files.raw_orders.readable" in Path("page.html").read_text(encoding="utf-8")
