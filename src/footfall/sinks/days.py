"""Days that are loaded one after the other: rows that a day adds or changes, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import pyarrow as pa

from footfall.core.errors import RequestError
from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.database import Database, opened
from footfall.sinks.ddl import quoted


class DayTransaction(Protocol):
    """A loaded schema, changed and read in one transaction; what isn't published is as if never done."""

    @property
    def manifest(self) -> Manifest:
        """What the schema held before."""

    @property
    def shown(self) -> str:
        """Where it lies, for messages."""

    def insert(self, spec: TableSpec, rows: pa.Table) -> None:
        """Add rows; those that they refer to are there already."""

    def update(self, spec: TableSpec, rows: pa.Table, columns: Sequence[str]) -> None:
        """Set columns of the rows with the same keys."""

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table, changes included, in the order of its specification."""

    def publish(self, manifest: Manifest) -> None:
        """Replace the manifest, and commit."""


def open_day(database: Database, schema: str) -> AbstractContextManager[DayTransaction]:
    """Begin a transaction on a loaded schema; other loads are kept out until it ends.

    Raises
    ------
    RequestError, DataError, OutputError
        There is no data set of Footfall's, or it can't be written to.
    """
    # Drivers are imported when used: they cost tens of milliseconds each, and one is an extra.
    if database.kind == "duckdb":
        from footfall.sinks.duckdb_day import duckdb_day  # noqa: PLC0415 - see above

        return duckdb_day(database, schema)
    from footfall.sinks.postgres_day import postgres_day  # noqa: PLC0415 - see above

    return postgres_day(database, schema)


def is_loaded(database: Database, schema: str) -> bool:
    """Whether a schema holds a data set of Footfall's."""
    place = database.address if database.kind == "postgresql" else f"duckdb:{database.address}"
    try:
        with opened(place, schema):
            return True
    except RequestError:
        return False


def update_from(spec: TableSpec, columns: Sequence[str], table: str, staged: str) -> str:
    """Statement that takes columns of staged rows into those of the same key.

    Only what changes is named: DuckDB removes a row and adds it again where a column of a key is set, and
    then refuses to, as others refer to it.
    """
    taken = ", ".join(f"{name} = staged.{name}" for name in map(quoted, columns))
    same = " AND ".join(f"kept.{name} = staged.{name}" for name in map(quoted, spec.key))
    return f"UPDATE {table} AS kept SET {taken} FROM {staged} AS staged WHERE {same}"
