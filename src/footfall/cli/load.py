"""The command `footfall load`: a scenario's tables into a schema of a database."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

from footfall.cli import output
from footfall.cli.options import (
    AsOf,
    Changes,
    Day,
    First,
    Json,
    Overwrite,
    Quiet,
    Scale,
    ScenarioName,
    Schema,
    Seed,
    Tables,
    Through,
    To,
    Until,
    Workers,
    request_for,
)
from footfall.core.errors import RequestError

if TYPE_CHECKING:
    from footfall.sinks.database import Database
    from footfall.workflow.request import Request


def load(
    scenario: ScenarioName,
    *,
    to: To,
    schema: Schema = "raw",
    seed: Seed = 42,
    scale: Scale = 1.0,
    tables: Tables = None,
    first: First = None,
    until: Until = None,
    as_of: AsOf = None,
    day: Day = None,
    through: Through = None,
    changes: Changes = None,
    workers: Workers = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Make a scenario's tables and load them into a database, in one transaction; or add a day."""
    # A command does not import what it does not need: see footfall.cli.main.
    from footfall.sinks.database import database_at  # noqa: PLC0415 - see above
    from footfall.workflow.load import load_into  # noqa: PLC0415 - see above

    database = database_at(to)
    days = {"first": first, "last": until, "as_of": as_of}
    request = request_for(scenario, tables, changes, seed=seed, scale=scale, workers=workers, **days)
    if day is not None:
        return _load_days(
            request, database, (day, through or day), schema=schema, as_json=as_json, quiet=quiet
        )
    if through is not None:
        raise RequestError("--through goes with --day, the first of the days to load")
    with (
        output.progress(wanted=not (quiet or as_json)) as moved,
        output.refusals(as_json=as_json, quiet=quiet),
    ):
        outcome = load_into(request, database, schema=schema, overwrite=overwrite, progress=moved)
    if as_json:
        place = {"database": database.shown, "schema": schema}
        output.document({**place, **json.loads(outcome.manifest.to_json())})
    elif not quiet:
        output.published(f"{database.shown}, schema {schema}", outcome.manifest, outcome.findings)
    return 0


def _load_days(
    request: Request,
    database: Database,
    days: tuple[dt.date, dt.date],
    *,
    schema: str,
    as_json: bool,
    quiet: bool,
) -> int:
    from footfall.workflow.days import load_days  # noqa: PLC0415 - see above

    if request.as_of:
        raise RequestError("--as-of loads a state, and --day adds to one; give one of them")
    told = []
    with output.refusals(as_json=as_json, quiet=quiet):
        for loaded in load_days(request, database, *days, schema=schema):
            told.append(
                {"day": loaded.day.isoformat(), "inserted": loaded.inserted, "updated": loaded.updated}
            )
            if not (as_json or quiet):
                changed = sum(loaded.inserted.values()), sum(loaded.updated.values())
                said = (
                    f"{changed[0]:,} rows added, {changed[1]:,} changed"
                    if loaded.is_news
                    else "loaded before"
                )
                print(f"{loaded.day}: {said}")
    if as_json:
        output.document({"database": database.shown, "schema": schema, "days": told})
    return 0
