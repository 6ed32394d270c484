"""The command `footfall dbt`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from footfall.cli import options, output
from footfall.cli.options import Json, Overwrite, Quiet, ScenarioName, Schema, Tables

ProjectOut = Annotated[Path | None, options.out("DIR", "Where to write. [default: <scenario>_dbt]")]
Adapter = Annotated[
    str | None,
    typer.Option(metavar="duckdb|postgres", help="Warehouse that the project is for. [default: duckdb]"),
]
Source = Annotated[
    str | None,
    typer.Option(metavar="csv|parquet|database", help="What it reads. [default: what lies in the data]"),
]
Data = Annotated[
    str | None,
    typer.Option(
        metavar="DIR|DATABASE",
        help="What `generate` or `load` wrote; decides adapter and source. [default: data/<scenario>]",
    ),
]


def dbt(
    scenario: ScenarioName,
    *,
    out: ProjectOut = None,
    adapter: Adapter = None,
    source: Source = None,
    data: Data = None,
    schema: Schema = "raw",
    tables: Tables = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    quiet: Quiet = False,
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
        schema=schema,
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
