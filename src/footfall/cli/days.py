"""The command `footfall changes`: what a day adds and changes, as files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from footfall.cli import output
from footfall.cli.options import (
    Changes,
    ChangesDay,
    First,
    Format,
    Json,
    Last,
    Out,
    Overwrite,
    Quiet,
    Scale,
    ScenarioName,
    Seed,
    Tables,
    request_for,
)


def changes(
    scenario: ScenarioName,
    *,
    day: ChangesDay,
    out: Out = None,
    seed: Seed = 42,
    scale: Scale = 1.0,
    form: Format = "csv",
    tables: Tables = None,
    first: First = None,
    last: Last = None,
    changed: Changes = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Write the rows that a day adds or changes, with op and changed_at."""
    # A command does not import what it does not need: see footfall.cli.main.
    from footfall.workflow.change_files import write_changes  # noqa: PLC0415 - see above

    request = request_for(scenario, tables, changed, seed=seed, scale=scale, first=first, last=last)
    directory = out or default_directory(scenario, day)
    manifest = write_changes(request, day, directory, format=form, overwrite=overwrite)
    rows = {name: record.rows for name, record in manifest.tables.items()}
    if as_json:
        output.document({"directory": str(directory), "day": day.isoformat(), "rows": rows})
    elif not quiet:
        print(f"{directory}, changes of {day}\n")
        output.row_counts(rows)
    return 0


def default_directory(scenario: str, day: dt.date) -> Path:
    """Where changes go if nobody says: a directory a day."""
    return Path("data") / f"{Path(scenario).stem}_changes" / day.isoformat()
