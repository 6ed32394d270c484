"""The command line: one clear line for what is wrong, nothing but results on stdout, quick help."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from commands import Outcome
from footfall import __version__
from footfall.cli.main import app

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group has them
SMALL = ["--scale", "0.02", "--workers", "1"]


def in_process(*arguments: str, code: str = "from footfall.cli.main import run; run()") -> Outcome:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def on_a_terminal(environment: dict[str, str], *arguments: str) -> str:
    """Run the command on a terminal, and give what appears there."""
    shown, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "footfall", *arguments], stdout=terminal, stderr=terminal, env=environment
    ):
        os.close(terminal)
        seen = b""
        with contextlib.suppress(OSError):  # Linux's way to say that the other side has closed
            while read := os.read(shown, 65_536):
                seen += read
    os.close(shown)
    return seen.decode()


def assert_refused(outcome: Outcome, *parts: str, code: int = 2) -> None:
    assert outcome.code == code, outcome
    assert outcome.out == ""
    assert outcome.err.startswith("footfall: ")
    assert outcome.err.count("\n") == 1, outcome.err
    assert "Traceback" not in outcome.err
    for part in parts:
        assert part in outcome.err


@pytest.mark.parametrize("command", ["generate", "plan"])
@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["vantagge"], ["vantagge", "did you mean 'vantage'?"]),
        (["./none.yml"], ["none.yml", "No such file"]),
        (["vantage", "--set", "demand.ordrs=1"], ["--set demand.ordrs=1", "demand.orders"]),
        (["vantage", "--set", "demand.shops.DE=-1"], ["--set demand.shops.DE=-1", "greater than 0"]),
        (["vantage", "--set", "demand"], ["key.path=value"]),
        (["vantage", "--from", "2025-03-02", "--to", "2025-03-01"], ["2025-03-02", "2025-03-01"]),
        (["vantage", "--from", "2024-12-31"], ["2024-12-31", "2025-01-01"]),
        (["vantage", "--from", "2025-02-30"], ["--from", "YYYY-MM-DD", "2025-02-30"]),
        (["vantage", "--to", "20250101"], ["--to", "YYYY-MM-DD", "20250101"]),
        (["vantage", "--scale", "0"], ["--scale", "greater than 0"]),
        (["vantage", "--scale", "-1"], ["--scale", "greater than 0"]),
        (["vantage", "--scale", "nan"], ["--scale", "nan"]),
        (["vantage", "--scale", "inf"], ["--scale", "inf"]),
        (["vantage", "--scale", "big"], ["--scale", "big"]),
        (["vantage", "--seed", "-1"], ["--seed", "-1"]),
        (["vantage", "--seed", "1.5"], ["--seed", "whole number"]),
        (["vantage", "--workers", "0"], ["--workers", "1 or greater"]),
        (["vantage", "--workers", "100000"], ["--workers 100000", "at most"]),
        (["vantage", "--format", "xml"], ["--format", "csv, parquet, duckdb", "xml"]),
        (["vantage", "--tables", "raw_order"], ["raw_order"]),
        (["vantage", "--tables", "raw_orders,"], ["--tables", "commas"]),
        (["vantage", "--tables", "raw_orders,raw_orders"], ["--tables", "twice"]),
        (["vantage", "--sede", "1"], ["--sede"]),
        (["vantage", "--set"], ["--set"]),
        ([], ["SCENARIO"]),
    ],
)
def test_bad_input_is_one_line_and_exit_2(footfall, command: str, arguments: list[str], parts: list[str]):
    """What, where, what is allowed; exit 2; nothing on stdout; nothing written; no traceback."""
    assert_refused(footfall(command, *arguments), *parts)
    assert list(Path().iterdir()) == []


def test_an_unreachable_target_exits_3(footfall):
    """A target that no knob reaches exits 3 and says what is reachable."""
    outcome = footfall("plan", "vantage", "--set", "targets.order_value.value=5000")
    assert_refused(outcome, "order_value", code=3)


def test_a_directory_that_is_not_ours_is_kept(footfall, tmp_path: Path):
    """A directory with someone's files is refused, with and without --overwrite."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    for more in ([], ["--overwrite"]):
        assert_refused(footfall("generate", "vantage", "-o", "home", *SMALL, *more), "home")
    assert (tmp_path / "home" / "letter.txt").read_text() == "dear"


def test_verify_of_no_data_set_exits_2(footfall):
    """A directory without a manifest, or none at all, is one line."""
    assert_refused(footfall("verify", "nowhere"), "nowhere")
    assert_refused(footfall("verify"), "DIR")


def test_unknown_commands_are_one_line(footfall):
    """So is a command that does not exist."""
    assert_refused(footfall("generat"), "generat")


def test_generate_prints_path_rows_and_findings(footfall, tmp_path: Path):
    """The path, a row count a table, every target with its verdict, and a closing line; stderr empty."""
    outcome = footfall("generate", "vantage", "-o", "here", *SMALL)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[0].endswith("here")
    for part in ("raw_orders", "raw_line_items", "observed", "tolerance", "verdict"):
        assert part in outcome.out
    assert "checks passed" in outcome.out.splitlines()[-1]
    assert (tmp_path / "here" / "raw_orders.csv").exists()
    assert_refused(footfall("generate", "vantage", "-o", "here", *SMALL), "here", "overwrit")
    assert footfall("generate", "vantage", "-o", "here", *SMALL, "--overwrite", "--quiet").out == ""


def test_data_go_to_data_and_the_name_where_nothing_is_said(footfall, tmp_path: Path):
    """The default directory is data/<scenario>."""
    assert footfall("generate", "vantage", *SMALL, "--quiet") == Outcome(0, "", "")
    assert (tmp_path / "data" / "vantage" / "raw_orders.csv").exists()


def test_json_is_one_document(footfall):
    """With --json, stdout of every command is one JSON document."""
    made = json.loads(footfall("generate", "vantage", "-o", "here", *SMALL, "--json").out)
    assert made["seed"] == 42
    assert set(made["tables"]) >= {"raw_orders", "raw_products"}
    assert made["findings"]
    verified = json.loads(footfall("verify", "here", "--json").out)
    assert {f["verdict"] for f in verified["findings"]} <= {"pass", "not applicable"}
    told = json.loads(footfall("plan", "vantage", *SMALL, "--json").out)
    assert {"rows", "bytes", "solved", "targets", "intensity"} <= set(told)
    assert json.loads(footfall("scenarios", "--json").out)[0]["name"]


def test_plan_writes_nothing(footfall, tmp_path: Path):
    """A plan tells rows, knobs and targets, and leaves the disk as it was."""
    outcome = footfall("plan", "vantage", "-o", "here", *SMALL)
    assert outcome.code == 0
    for part in ("raw_orders", "solved knob", "expected"):
        assert part in outcome.out
    assert list(tmp_path.iterdir()) == []


def test_verify_names_what_fails_first_and_exits_1(footfall, tmp_path: Path):
    """Good data exit 0; a line taken from the line items exits 1, and the failure comes first."""
    assert footfall("generate", "vantage", "-o", "here", *SMALL).code == 0
    assert footfall("verify", "here").code == 0
    file = tmp_path / "here" / "raw_line_items.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:10] + lines[11:]), encoding="utf-8")
    outcome = footfall("verify", "here")
    assert outcome.code == 1
    assert outcome.out.startswith("fail  ")
    assert " failed" in outcome.out.splitlines()[-1]


def test_report_tells_its_place_and_exits_1_where_a_check_fails(footfall, tmp_path: Path):
    """`--report` and `report` tell where the page is; `--json` gives the figures alone; a failure exits 1."""
    made = footfall("generate", "vantage", "-o", "here", *SMALL, "--report")
    assert made.out.splitlines()[1] == "here/_footfall/report.html"
    assert (tmp_path / "here" / "_footfall" / "report.html").exists()
    told = footfall("report", "here", "-o", "page.html")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("page.html: ")
    figures = json.loads(footfall("report", "here", "--json").out)
    assert figures["verdicts"]["pass"] > 20
    (tmp_path / "here" / "raw_budget_monthly.csv").unlink()
    assert footfall("report", "here").code == 1
    assert_refused(footfall("report", "nowhere"), "nowhere")
    assert_refused(footfall("report", "here", "-o", "here/raw_orders.csv"), "never replaced")


def test_show_prints_what_can_be_loaded_again(footfall, tmp_path: Path):
    """A scenario shown, saved and given by path plans like the one it came from."""
    shown = footfall("show", "vantage").out
    (tmp_path / "mine.yml").write_text(shown, encoding="utf-8")
    assert (
        footfall("plan", "./mine.yml", *SMALL, "--json").out
        == footfall("plan", "vantage", *SMALL, "--json").out
    )


def test_the_version_is_the_package_s(footfall):
    """`--version` prints the version; without a command there is help."""
    assert footfall("--version").out == f"footfall {__version__}\n"
    assert "Usage: footfall" in footfall().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(footfall, command: str):
    """The help of each command says what it does, and shows at least one whole command."""
    shown = footfall(command, "--help").out
    assert f"Usage: footfall {command}" in shown
    assert f"footfall {command}" in shown.partition("Example")[2]


def test_a_shell_completes_commands_and_options(footfall, monkeypatch: pytest.MonkeyPatch):
    """What `--install-completion` sets up asks the command itself, which knows its commands and options."""
    for line, word in (("footfall ge", "generate"), ("footfall generate --se", "--seed")):
        monkeypatch.setenv("_FOOTFALL_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
        assert word in footfall().out.split()


def test_colours_on_a_terminal_only_and_never_where_nobody_wants_them(footfall, tmp_path: Path):
    """A failure is red on a terminal; with NO_COLOR, or in a pipe, it isn't."""
    assert footfall("generate", "vantage", "-o", "here", *SMALL).code == 0
    file = tmp_path / "here" / "raw_orders.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("2025-01", "2025-02"), encoding="utf-8")
    plain = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    red = re.compile(r"\x1b\[[0-9;]*31m *fail")
    assert red.search(on_a_terminal({**plain, "TERM": "xterm"}, "verify", "here"))
    assert not red.search(on_a_terminal({**plain, "TERM": "xterm", "NO_COLOR": "1"}, "verify", "here"))
    assert "\x1b" not in footfall("verify", "here").out


def test_help_imports_nothing_heavy():
    """`footfall --help` loads no array library, no database, no rich."""
    heavy = ["numpy", "pyarrow", "pandas", "scipy", "duckdb", "rich", "pydantic", "ruamel"]
    code = (
        "import sys\nfrom footfall.cli.main import run\ntry: run()\nexcept SystemExit: pass\n"
        f"print('loaded', [m for m in {heavy} if m in sys.modules])"
    )
    outcome = in_process("--help", code=code)
    assert outcome.out.splitlines()[-1] == "loaded []"


def test_the_end_of_a_command_is_silent(tmp_path: Path):
    """Where DuckDB was used, too, nothing is said of what the process still holds at its end."""
    target, own = str(tmp_path / "data"), tmp_path / "own.yml"
    own.write_text(
        "version: 1\nextends: vantage\ntables:\n  raw_products:\n    columns:\n"
        "      dear: {sql: base_price_eur > 99, kind: boolean}\n"
    )
    for arguments in (
        ["validate", str(own)],
        ["generate", str(own), *SMALL, "--format", "duckdb", "-o", target],
    ):
        outcome = in_process(*arguments)
        assert outcome.code == 0
        assert outcome.err == ""


def test_a_reader_that_leaves_early_is_no_error():
    """A closed pipe ends the command without a word."""
    show = f"{sys.executable} -m footfall show vantage"
    done = subprocess.run(
        ["bash", "-c", f"{show} | true; {show} | head -n 1"], capture_output=True, text=True, check=False
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full disk at hand")
def test_a_full_disk_behind_stdout_is_one_line():
    """Results that cannot be printed are one line and exit 2."""
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m footfall show vantage > /dev/full"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert_refused(Outcome(done.returncode, done.stdout, done.stderr), "No space left")


# Ctrl-C while DuckDB reads rows for a report, of which it makes an error of its own.
INTERRUPTED_QUERY = """
import os, signal, time
import pyarrow as pa
from footfall.report.figures.duckdb import Tables
from footfall.cli.main import run
def batches():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(1)
    yield pa.record_batch({"x": [1]})
def rows(self, query):
    reader = pa.RecordBatchReader.from_batches(pa.schema({"x": pa.int64()}), batches())
    self._connection.register("read", reader)
    return self._connection.execute("SELECT count(*) FROM read").fetchall()
Tables.rows = rows
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background inherit that it is ignored
run()
"""
INTERRUPTED_IMPORT = """
import sys
class Interrupt:
    def find_spec(self, name, *_):
        if name == "typer":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
from footfall.__main__ import main
main()
"""


def test_an_interrupt_is_one_line_wherever_it_comes(footfall, tmp_path: Path):
    """Ctrl-C is no traceback: not as the command is still imported, nor where a library renames it."""
    stopped = Outcome(130, "", "footfall: stopped; nothing was published\n")
    assert in_process("plan", "vantage", code=INTERRUPTED_IMPORT) == stopped
    target = str(tmp_path / "data")
    assert footfall("generate", "vantage", "-o", target, *SMALL, "--quiet").code == 0
    page = tmp_path / "report.html"
    assert in_process("report", target, "-o", str(page), code=INTERRUPTED_QUERY) == stopped
    assert not page.exists()
