"""A loaded schema of a PostgreSQL database, read back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from footfall.core.arrays import to_numpy
from footfall.core.errors import DataError, OutputError
from footfall.core.money import as_decimal
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.database import Database, manifest_kept
from footfall.sinks.ddl import SQL_TYPES, literal, ordered_by, qualified, quoted
from footfall.sinks.postgres_catalog import COLUMNS
from footfall.sinks.postgres_connection import PostgresConnection, manifest_text
from footfall.sinks.reading import check_names, conform

_SPELT = {"timestamp": "timestamp without time zone"}


@dataclass(frozen=True)
class PostgresSource:
    """A loaded schema, seen as it was when it was opened."""

    server: PostgresConnection
    schema: str
    manifest: Manifest
    is_ordered: bool = True

    @property
    def shown(self) -> str:
        """The database, without a password."""
        return self.server.shown

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table."""
        # Days that were added one by one leave rows where there was room.
        return read_table(self.server, self.schema, spec, "" if self.is_ordered else ordered_by(spec))


def read_table(
    server: PostgresConnection, schema: str, spec: TableSpec, order: str = ""
) -> Iterator[pa.RecordBatch]:
    """Read a table in exactly the Arrow schema of its specification; every deviation is named.

    Raises
    ------
    DataError
        The table is missing, or its columns, types or values are not those published.
    """
    _check_columns(server, schema, spec)
    columns = ", ".join(map(_selected, spec.columns))
    try:
        for batch in server.batches(f"SELECT {columns} FROM {qualified(schema, spec.name)}{order}"):
            values = [
                _from_cents(server.shown, c, v) for c, v in zip(spec.columns, batch.columns, strict=True)
            ]
            plain = pa.RecordBatch.from_arrays(values, names=[c.name for c in spec.columns])
            yield conform(server.shown, spec, plain)
    except OutputError as error:
        raise DataError(f"table '{spec.name}': {error}") from error


def _check_columns(server: PostgresConnection, schema: str, spec: TableSpec) -> None:
    found = server.rows(COLUMNS.format(schema=literal(schema), table=literal(spec.name)))
    if not found:
        raise DataError(f"{server.shown} holds no table '{spec.name}' in schema '{schema}'")
    check_names(f"{server.shown}, table '{spec.name}'", spec, [str(name) for name, _ in found])
    for column, (_, there) in zip(spec.columns, found, strict=True):
        due = SQL_TYPES[column.kind]
        if there != _SPELT.get(due, due):
            raise DataError(
                f"{server.shown}, table '{spec.name}': column '{column.name}' is {there} and should be {due}"
            )


def _selected(column: ColumnSpec) -> str:
    name = quoted(column.name)
    # The driver gives numeric as text; whole numbers come in a third of the time.
    return f"({name} * 100)::bigint AS {name}" if pa.types.is_decimal(column.arrow_type) else name


def _from_cents(shown: str, column: ColumnSpec, values: pa.Array) -> pa.Array:
    if not pa.types.is_decimal(column.arrow_type):
        return values
    if values.null_count:
        raise DataError(f"{shown}: column '{column.name}' has {values.null_count} missing values (null)")
    return as_decimal(to_numpy(values), column.arrow_type.precision, column.arrow_type.scale)


@contextmanager
def opened_postgres(database: Database, schema: str) -> Iterator[PostgresSource]:
    """Open a loaded schema for reading, in one snapshot.

    Raises
    ------
    RequestError, DataError
        There is none, or its manifest is broken.
    """
    server = PostgresConnection(database)
    try:
        server.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        manifest = manifest_kept(database, schema, manifest_text(server, schema))
        yield PostgresSource(server, schema, manifest, is_ordered="as_of" not in manifest.options)
    finally:
        server.close()
