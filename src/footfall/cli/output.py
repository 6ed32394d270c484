"""How results look: aligned text, tables by rich on a terminal only, and one JSON document."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

from footfall.core.errors import ContractBroken

if TYPE_CHECKING:
    from footfall.contract.findings import Finding
    from footfall.sinks.base import Manifest

Cells = Sequence[str]


def document(value: object) -> None:
    """Print one JSON document."""
    text(json.dumps(value, indent=2, ensure_ascii=False, default=_plain) + "\n")


def text(value: str) -> None:
    """Print what is a file's text: in UTF-8 wherever it goes, as a reader of the file expects."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    print(value, end="")


def take_any_stdout() -> None:
    """Make do with streams that are closed, and with terminals that lack a letter or sign."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open to the end
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def table(headings: Cells, rows: Sequence[Cells], numbers: Sequence[int] = ()) -> None:
    """Print rows under headings; columns whose index is in `numbers` are aligned to the right."""
    if not sys.stdout.isatty():
        print("\n".join(aligned(headings, rows, numbers)))
        return
    from rich import box  # noqa: PLC0415 - a pipe shall not wait for it
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, heading in enumerate(headings):
        drawn.add_column(heading, justify="right" if index in numbers else "left")
    for row in rows:
        drawn.add_row(*(Text(cell, style="bold red" if cell == "fail" else "") for cell in row))
    Console().print(drawn)


def aligned(headings: Cells, rows: Sequence[Cells], numbers: Sequence[int] = ()) -> list[str]:
    """Lines of a table in plain text.

    >>> aligned(["table", "rows"], [["raw_orders", "7"]], numbers=[1])
    ['table       rows', 'raw_orders     7']
    """
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (headings, *rows)
    ]


def row_counts(rows: Mapping[str, float]) -> None:
    """Print a row count a table."""
    table(["table", "rows"], [[name, f"{count:,.0f}"] for name, count in rows.items()], numbers=[1])


def findings(found: Sequence[Finding]) -> None:
    """Print every target that was decided and every failure, and how many checks there were."""
    shown = [f for f in found if f.verdict == "fail" or (f.kind == "target" and f.verdict == "pass")]
    if shown:
        table(
            ["check", "target", "observed", "tolerance", "verdict"],
            [
                [f.check, number(f.target), number(f.observed), number(f.tolerance), str(f.verdict)]
                for f in shown
            ],
            numbers=[1, 2, 3],
        )
    print(counted(found))


def published(place: str, manifest: Manifest, found: Sequence[Finding]) -> None:
    """Print where a data set lies now, its rows, and how it was judged."""
    print(f"{place}\n")
    row_counts({name: record.rows for name, record in manifest.tables.items()})
    print()
    findings(found)


@contextmanager
def refusals(*, as_json: bool, quiet: bool) -> Iterator[None]:
    """Print what failed where a contract is broken; the error goes on its way."""
    try:
        yield
    except ContractBroken as broken:
        found: list[Any] = broken.findings
        if as_json:
            told = [f.as_dict() for f in found]
            document({"published": False, "error": str(broken), "findings": told})
        elif not quiet:
            failures(found)
        raise


def failures(found: Sequence[Finding]) -> None:
    """Print what failed, each with its rule and what was seen."""
    for finding in found:
        if finding.verdict == "fail":
            print(f"fail  {finding.check}: {finding.rule}")
            if finding.detail:
                print(f"      {finding.detail}")


def counted(found: Sequence[Finding]) -> str:
    """Return the closing line of a run of checks, failures first."""
    counts = Counter(str(f.verdict) for f in found)
    failed = [f"{counts['fail']} failed"] if counts["fail"] else []
    passed = f"{counts['pass']} check{'' if counts['pass'] == 1 else 's'} passed"
    absent = [f"{counts['not applicable']} not applicable"] if counts["not applicable"] else []
    return ", ".join([*failed, passed, *absent])


def printable(message: str) -> str:
    r"""Write a message in one line that no terminal takes for a command.

    >>> printable("two\nlines \x1b[31m")
    'two lines ?[31m'
    """
    return "".join(c if c.isprintable() else "?" for c in " ".join(message.splitlines()))


def number(value: object) -> str:
    """Write a figure for people: whole numbers in groups, others to four places at most.

    >>> number(35000.0), number(0.40012), number(None)
    ('35,000', '0.4001', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool | str) or not isinstance(value, int | float):
        return str(value)
    if value == int(value) if abs(value) < 1e15 else False:
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4g}"


def size(count: float) -> str:
    """Write a number of bytes for people.

    >>> size(2_345_678)
    '2.3 MB'
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


@contextmanager
def progress(wanted: bool) -> Iterator[Callable[[int, int, int], None] | None]:
    """Progress bar with rows a second and time left, on stderr where that is a terminal; None elsewhere."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - a pipe shall not wait for it
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn("simulating"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    begun = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulating", total=None, speed="")

        def moved(done: int, total: int, rows: int) -> None:
            speed = f"{rows / max(time.monotonic() - begun, 1e-3):,.0f} rows/s"
            bar.update(task, completed=done, total=total, speed=speed)

        yield moved


def _plain(value: Any) -> object:
    return value.item() if hasattr(value, "item") else str(value)
