"""A day's changes as files, for change data capture: each row with what happened to it, and when."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa

import footfall
from footfall.core.arrays import from_numpy, take_words
from footfall.core.content_hash import ContentHash
from footfall.core.errors import RequestError
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.vocabulary import Kind
from footfall.scenario.load import load
from footfall.sinks.base import Manifest, TableRecord, open_sink
from footfall.workflow.changes import Changes, changes_of
from footfall.workflow.request import Request

OPERATIONS = ("insert", "update")
_ADDED = (
    ColumnSpec("op", "op", Kind.CODE, "What happened to the row.", "", None, OPERATIONS),
    ColumnSpec(
        "changed_at", "changed_at", Kind.TIMESTAMP, "End of the day on which it became known.", "second", None
    ),
)
_END_OF_DAY = dt.time(23, 59, 59)


def write_changes(
    request: Request,
    day: dt.date,
    directory: Path,
    *,
    format: str = "csv",  # noqa: A002 - the word that users know
    overwrite: bool = False,
) -> Manifest:
    """Publish what a day changes in `directory`: a file a table, with `op` and `changed_at` at its end.

    Raises
    ------
    RequestError
        The day is before the first one, or a table has no key, or a column of one of these names.
    OutputError
        The place is taken, cannot be written or is full.
    """
    scenario = load(request.scenario, request.overrides).scaled(request.scale)
    changes = changes_of(request, day)
    specs = {name: _with_operation(found.spec) for name, found in changes.items()}
    sink = open_sink(format, directory, scenario.name, list(specs.values()), overwrite=overwrite)
    hashes = {name: ContentHash(spec) for name, spec in specs.items()}
    try:
        for name, found in changes.items():
            for batch in _told(found, day).cast(specs[name].arrow_schema).to_batches():
                sink.write(name, batch)
                hashes[name].add(batch)
        manifest = Manifest(
            footfall_version=footfall.__version__,
            scenario=scenario.model_dump(mode="json", by_alias=True),
            fingerprint=scenario.fingerprint,
            seed=request.seed,
            scale=request.scale,
            first=day.isoformat(),
            last=day.isoformat(),
            format=format,
            options={"tables": list(specs), "set": list(request.overrides), "changes": day.isoformat()},
            solved={},
            tables={n: TableRecord(h.rows, h.hexdigest(), tuple(sink.files(n))) for n, h in hashes.items()},
            findings=[],
        )
        sink.publish(manifest)
    except BaseException:
        sink.abort()
        raise
    return manifest


def _with_operation(spec: TableSpec) -> TableSpec:
    for added in _ADDED:
        if added.name in {c.name for c in spec.columns}:
            raise RequestError(
                f"table '{spec.name}' has a column '{added.name}', which changes need themselves"
            )
    return dataclasses.replace(
        spec, grain=f"{spec.grain} that a day changes", columns=(*spec.columns, *_ADDED)
    )


def _told(found: Changes, day: dt.date) -> pa.Table:
    ends = int(dt.datetime.combine(day, _END_OF_DAY, dt.UTC).timestamp())
    operation, changed_at = (added.name for added in _ADDED)
    rows = found.rows.append_column(operation, take_words(OPERATIONS, (~found.is_new).astype(np.int64)))
    return rows.append_column(changed_at, from_numpy(np.full(len(rows), ends), pa.timestamp("s")))
