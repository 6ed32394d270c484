"""The command `footfall dbt`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from footfall.cli import output, values


def dbt(
    scenario: Annotated[
        str,
        typer.Argument(metavar="SCENARIO", help="Name (see `footfall scenarios`) or path of a .yml file."),
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="DIR", help="Where to write. [default: <scenario>_dbt]"),
    ] = None,
    adapter: Annotated[
        str, typer.Option(metavar="duckdb|postgres", help="Warehouse that the project is for.")
    ] = "duckdb",
    source: Annotated[
        str | None,
        typer.Option(metavar="csv|parquet|database", help="What it reads. [default: what lies in the data]"),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Data set, or a loaded DuckDB file. [default: data/<scenario>]"),
    ] = None,
    tables: Annotated[
        str | None,
        typer.Option(parser=values.names, metavar="A,B", help="Only these tables. [default: those there]"),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what an earlier run wrote there.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> int:
    """Write a dbt project on a scenario's tables."""
    from footfall.dbt.project import write_project  # noqa: PLC0415 - imports Arrow; help does without

    directory = Path(f"{Path(scenario).stem}_dbt") if out is None else out
    written = write_project(
        scenario,
        directory,
        adapter=adapter,
        source=source,
        data=data,
        tables=tables.split(",") if tables else None,
        overwrite=overwrite,
    )
    kinds = {
        "staging models": written.count("models/staging", ".sql"),
        "core models": written.count("models/core", ".sql"),
        "marts": written.count("models/marts", ".sql"),
        "contract tests": written.count("tests/contract", ".sql"),
    }
    if as_json:
        output.document({"directory": str(directory), "source": written.location.source, **kinds})
    elif not quiet:
        print(f"{directory}\n")
        output.table(["part", "files"], [[kind, str(count)] for kind, count in kinds.items()], numbers=[1])
        if written.waits_for:
            print(
                f"\n{written.waits_for} is not there yet: footfall generate {scenario} -o {written.waits_for}"
            )
        print(f"\nNext: cd {directory} && dbt build")
    return 0
