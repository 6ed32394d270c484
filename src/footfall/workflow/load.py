"""A data set into a schema of a database: the story of `generate`, with another place at its end."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from footfall.core.schema import TableSpec
from footfall.sinks.base import Sink
from footfall.sinks.database import Database, open_database
from footfall.workflow.generate import Outcome, publish_into
from footfall.workflow.making import Progress
from footfall.workflow.request import Request


def load_into(
    request: Request,
    database: Database,
    *,
    schema: str = "raw",
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Make a data set and load it in one transaction, if and only if its contract holds.

    Readers see what was there before or all of the new, whatever happens meanwhile.

    Raises
    ------
    FootfallError
        For a request, scenario or database that is not allowed, or a target that can't be reached.
    ContractBroken
        A check failed; nothing was loaded. Its `findings` tell all.
    """
    if not database.takes_part_files:
        # Rows that workers make would have to wait in memory for the one stream that takes them.
        request = dataclasses.replace(request, workers=1)

    def opened(scenario_name: str, specs: Sequence[TableSpec], *, in_parts: frozenset[str]) -> Sink:
        return open_database(database, schema, specs, overwrite=overwrite, in_parts=in_parts)

    return publish_into(request, opened, format=database.kind, progress=progress)
