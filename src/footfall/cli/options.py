"""Arguments and options, each declared once for all commands that take it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from footfall.cli import values

if TYPE_CHECKING:
    from footfall.workflow.request import Request

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="Name (see `footfall scenarios`) or path of a .yml file.")
]


def out(metavar: str, words: str) -> Any:
    """Option `-o` for a place on this machine."""
    return typer.Option("-o", "--out", parser=values.local_path, metavar=metavar, help=words)


Out = Annotated[Path | None, out("DIR", "Where to write. [default: data/<scenario>]")]
Seed = Annotated[
    int, typer.Option(parser=values.seed, metavar="N", help="Same seed, same data, to the byte.")
]
Scale = Annotated[
    float, typer.Option(parser=values.scale, metavar="F", help="Times the orders and customers.")
]
Format = Annotated[
    str, typer.Option("--format", parser=values.form, metavar="|".join(values.FORMATS), help="File format.")
]
Place = Annotated[
    str | None,
    typer.Option("-o", "--out", metavar="DIR", help="Where to write. [default: data/<scenario>]"),
]
AnyFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        parser=values.name,
        metavar="|".join(values.FORMATS),
        help="File format. [default: csv; with Spark parquet, or any other that it was given]",
    ),
]
Engine = Annotated[
    str, typer.Option(parser=values.engine, metavar="|".join(values.ENGINES), help="What makes the rows.")
]
Master = Annotated[
    str | None,
    typer.Option("--master", metavar="URL", help="Spark's master. [default: as Spark is configured]"),
]
Tables = Annotated[
    str | None,
    typer.Option(parser=values.names, metavar="A,B", help="Only these tables. [default: all]"),
]
First = Annotated[
    dt.date | None,
    typer.Option("--from", parser=values.day, metavar="DATE", help="First day, included."),
]
Last = Annotated[
    dt.date | None,
    typer.Option("--to", parser=values.day, metavar="DATE", help="Last day, included."),
]
Until = Annotated[
    dt.date | None,
    typer.Option("--until", parser=values.day, metavar="DATE", help="Last day, included."),
]
AsOf = Annotated[
    dt.date | None,
    typer.Option("--as-of", parser=values.day, metavar="DATE", help="What was known at the end of this day."),
]
ChangesDay = Annotated[
    dt.date,
    typer.Option("--day", parser=values.day, metavar="DATE", help="The day whose changes are written."),
]
Day = Annotated[
    dt.date | None,
    typer.Option(
        "--day", parser=values.day, metavar="DATE", help="Add what this day changes to the one before."
    ),
]
Through = Annotated[
    dt.date | None,
    typer.Option(parser=values.day, metavar="DATE", help="With --day: each day up to this one, too."),
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY.PATH=VALUE", help="Change a value of the scenario; may be repeated."),
]
Workers = Annotated[
    int | None,
    typer.Option(parser=values.count, metavar="N", help="Processes. [default: as many as help]"),
]
PartNumber = Annotated[
    int | None,
    typer.Option("--part", parser=values.count, metavar="K", help="Only the K-th of N parts, cut by days."),
]
Parts = Annotated[
    int | None,
    typer.Option("--parts", parser=values.count, metavar="N", help="How many parts there are in all."),
]
Report = Annotated[bool, typer.Option("--report", help="Draw a page of it, too: _footfall/report.html.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what an earlier run wrote there.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="DATABASE",
        help="duckdb:FILE or postgresql://user@host:port/database (password: PGPASSWORD or ~/.pgpass).",
    ),
]
Schema = Annotated[
    str,
    typer.Option("--schema", parser=values.schema, metavar="NAME", help="Schema of the database."),
]


def request_for(scenario: str, tables: str | None, changes: list[str] | None, **given: Any) -> Request:
    """Give what the workflow takes, checked; tables and changes come as the command line has them."""
    from footfall.workflow.request import Request as Made  # noqa: PLC0415 - see footfall.cli.main

    chosen = tuple(tables.split(",")) if tables else None
    return Made(scenario=scenario, tables=chosen, overrides=tuple(changes or ()), **given)
