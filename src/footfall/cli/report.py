"""The command `report`: a page of a data set, and its figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from footfall.cli import options, output
from footfall.cli.options import Schema

Place = Annotated[
    str, typer.Argument(metavar="DIR|DATABASE", help="What `generate` or `load` wrote, edited or not.")
]
Page = Annotated[Path | None, options.out("FILE", "The page. [default: DIR/_footfall/report.html]")]
Json = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON document; write no page.")]


def report_of(directory: str) -> str:
    """Draw a page of what was just published, in its own directory; tell where it is."""
    from footfall.workflow.reporting import report as reported  # noqa: PLC0415 - see cli.main

    return str(reported(directory)[0])


def report(place: Place, out: Page = None, schema: Schema = "raw", as_json: Json = False) -> int:
    """Draw what is in a data set as one HTML page; exit 1 if a check fails."""
    from footfall.sinks.database import shown_place  # noqa: PLC0415 - see cli.main
    from footfall.workflow.reporting import report as reported  # noqa: PLC0415
    from footfall.workflow.reporting import summary_of  # noqa: PLC0415

    if as_json:
        told = summary_of(place, schema=schema)
        output.document({**shown_place(place, schema), **told})
    else:
        target, told = reported(place, out, schema=schema)
        failed = told["verdicts"].get("fail", 0)
        held = told["verdicts"].get("pass", 0)
        checks = "check" if failed == 1 else "checks"
        print(f"{target}: {f'{failed} {checks} failed, ' if failed else ''}{held} passed")
    return int("fail" in told["verdicts"])
