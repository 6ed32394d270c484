"""A day into a loaded schema of a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa

from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.database import MANIFEST_TABLE, Database, manifest_kept
from footfall.sinks.days import update_from
from footfall.sinks.ddl import create_table, literal, qualified
from footfall.sinks.postgres_connection import PostgresConnection, keep_others_out, manifest_text
from footfall.sinks.postgres_source import PostgresSource

_STAGED = f"{MANIFEST_TABLE}_day"


class PostgresDay:
    """A transaction on a server; readers see the day before until it ends, and never wait."""

    def __init__(self, server: PostgresConnection, database: Database, schema: str) -> None:
        self._server, self._schema, self.shown = server, schema, server.shown
        keep_others_out(server, schema)
        self.manifest = manifest_kept(database, schema, manifest_text(server, schema))
        self._source = PostgresSource(server, schema, self.manifest, is_ordered=False)

    def insert(self, spec: TableSpec, rows: pa.Table) -> None:
        """Add rows by binary COPY."""
        self._copy(spec.name, rows)

    def update(self, spec: TableSpec, rows: pa.Table, columns: Sequence[str]) -> None:
        """Set columns of the rows with the same keys, by way of a table that nobody else sees."""
        if not len(rows):
            return
        staged = qualified(self._schema, _STAGED)
        self._server.run(create_table(spec, staged))
        self._copy(_STAGED, rows)
        self._server.run(update_from(spec, columns, qualified(self._schema, spec.name), staged))
        self._server.run(f"DROP TABLE {staged}")

    def _copy(self, table: str, rows: pa.Table) -> None:
        for batch in rows.combine_chunks().to_batches():
            if batch.num_rows:
                self._server.copy(self._schema, table, batch)

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table, changes included."""
        return self._source.batches(spec)

    def publish(self, manifest: Manifest) -> None:
        """Replace the manifest, and commit."""
        kept = qualified(self._schema, MANIFEST_TABLE)
        self._server.run(f"UPDATE {kept} SET manifest = {literal(manifest.to_json())}")
        self._server.commit()


@contextmanager
def postgres_day(database: Database, schema: str) -> Iterator[PostgresDay]:
    """Open a loaded schema to add a day."""
    server = PostgresConnection(database)
    try:
        yield PostgresDay(server, database, schema)
    finally:
        server.close()
