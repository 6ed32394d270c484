"""A day into a loaded schema of a DuckDB database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from footfall.core.errors import RequestError
from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.database import MANIFEST_TABLE, Database, manifest_kept
from footfall.sinks.days import update_from
from footfall.sinks.ddl import qualified
from footfall.sinks.duckdb import close_quietly, duckdb_explained, read_table
from footfall.sinks.duckdb_database import manifest_text


class DuckdbDay:
    """A transaction on a database file, which no other process can open meanwhile."""

    def __init__(self, database: Database, schema: str) -> None:
        self.shown, self._schema = database.shown, schema
        with duckdb_explained(Path(self.shown)):
            self._connection = duckdb.connect(database.address)
        try:
            with duckdb_explained(Path(self.shown)):
                self._connection.execute("BEGIN TRANSACTION")
                text = manifest_text(self._connection, schema)
            self.manifest = manifest_kept(database, schema, text)
        except BaseException:
            self.close()
            raise

    def insert(self, spec: TableSpec, rows: pa.Table) -> None:
        """Add rows."""
        self._run(f"INSERT INTO {qualified(self._schema, spec.name)} SELECT * FROM footfall_rows", rows)

    def update(self, spec: TableSpec, rows: pa.Table, columns: Sequence[str]) -> None:
        """Set columns of the rows with the same keys."""
        if len(rows):
            self._run(update_from(spec, columns, qualified(self._schema, spec.name), "footfall_rows"), rows)

    def _run(self, statement: str, rows: pa.Table) -> None:
        with duckdb_explained(Path(self.shown)):
            self._connection.register("footfall_rows", rows)
            self._connection.execute(statement)
            self._connection.unregister("footfall_rows")

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table, changes included."""
        return read_table(self._connection, Path(self.shown), self._schema, spec, is_ordered=False)

    def publish(self, manifest: Manifest) -> None:
        """Replace the manifest, and commit."""
        kept = qualified(self._schema, MANIFEST_TABLE)
        with duckdb_explained(Path(self.shown)):
            self._connection.execute(f"UPDATE {kept} SET manifest = ?", [manifest.to_json()])
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file; what was not published is rolled back."""
        close_quietly(self._connection)


@contextmanager
def duckdb_day(database: Database, schema: str) -> Iterator[DuckdbDay]:
    """Open a loaded schema to add a day."""
    if not Path(database.address).is_file():
        raise RequestError(f"{database.shown}: there is no such file; load the first day, or --as-of a day")
    day = DuckdbDay(database, schema)
    try:
        yield day
    finally:
        day.close()
