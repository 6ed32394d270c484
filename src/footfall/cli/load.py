"""The command `footfall load`: a scenario's tables into a schema of a database."""

from __future__ import annotations

import json

from footfall.cli import output
from footfall.cli.options import (
    Changes,
    First,
    Json,
    Overwrite,
    Quiet,
    Scale,
    ScenarioName,
    Schema,
    Seed,
    Tables,
    To,
    Until,
    Workers,
)


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
    changes: Changes = None,
    workers: Workers = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Make a scenario's tables and load them into a database, in one transaction."""
    # A command does not import what it does not need: see footfall.cli.main.
    from footfall.sinks.database import database_at  # noqa: PLC0415 - see above
    from footfall.workflow.load import load_into  # noqa: PLC0415 - see above
    from footfall.workflow.request import Request  # noqa: PLC0415 - see above

    database = database_at(to)
    request = Request(
        scenario=scenario,
        seed=seed,
        scale=scale,
        first=first,
        last=until,
        tables=tuple(tables.split(",")) if tables else None,
        overrides=tuple(changes or ()),
        workers=workers,
    )
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
