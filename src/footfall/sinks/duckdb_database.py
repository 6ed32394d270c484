"""A schema of a DuckDB database that a user names: loaded in one transaction, and read back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from footfall.core.errors import OutputError, RequestError
from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.database import MANIFEST_TABLE, Database, manifest_kept, manifest_that_may_go
from footfall.sinks.ddl import literal, qualified, quoted
from footfall.sinks.duckdb import DuckdbTables, close_quietly, duckdb_explained, one_line, read_table
from footfall.sinks.part_files import PartFiles, Written

_IN_SCHEMA = """
SELECT table_name FROM duckdb_tables() WHERE {here}
UNION SELECT view_name FROM duckdb_views() WHERE {here} AND NOT internal
UNION SELECT sequence_name FROM duckdb_sequences() WHERE {here}
"""
_active: set[Path] = set()


class DuckdbDatabaseSink:
    """Replaces a schema of a database file in one transaction.

    Until the transaction ends, other connections see the old tables. What else is needed (part files, and
    what outgrows memory) lies in a hidden directory beside the file. As long as the file is open no
    other process can open it, so that a directory found there is of a run that was killed.

    Parameters
    ----------
    database, schema, specs, overwrite, in_parts
        As in :func:`footfall.sinks.database.open_database`.
    """

    def __init__(
        self,
        database: Database,
        schema: str,
        specs: Sequence[TableSpec],
        *,
        overwrite: bool,
        in_parts: frozenset[str] = frozenset(),
    ) -> None:
        path = Path(database.address)
        self._shown, self._schema = Path(database.shown), schema
        self._path = path
        self._beside = path.with_name(f".{path.name}.inprogress")
        self._is_new = not path.exists()
        real = path.resolve()
        if real in _active:  # only other processes are kept out by the file's lock
            raise OutputError(f"{database.shown} is being loaded by this very process; wait until it is done")
        _active.add(real)
        self._opened = ExitStack()
        self._opened.callback(_active.discard, real)
        try:
            with duckdb_explained(self._shown):
                self._connection = duckdb.connect(str(path))
                self._opened.callback(self._close)
                shutil.rmtree(self._beside, ignore_errors=True)
                self._beside.mkdir()
                self._connection.execute(f"SET temp_directory = {literal(str(self._beside / 'spill'))}")
                self._connection.execute("BEGIN TRANSACTION")
                self._make_room(overwrite=overwrite)
                self._tables = DuckdbTables(
                    self._connection, schema, specs, in_parts, beside=self._beside, shown=self._shown
                )
                self._opened.callback(self._tables.abort)
        except BaseException:
            self.abort()
            raise

    def _make_room(self, *, overwrite: bool) -> None:
        here = f"schema_name = {literal(self._schema)} AND database_name = current_database()"
        present = {name for (name,) in self._connection.execute(_IN_SCHEMA.format(here=here)).fetchall()}
        manifest = manifest_text(self._connection, self._schema) if MANIFEST_TABLE in present else None
        old = manifest_that_may_go(str(self._shown), self._schema, present, manifest, overwrite=overwrite)
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(self._schema)}")
        if old is not None:
            for table in _referring_first(self._connection, here, present):
                self._connection.execute(f"DROP TABLE {qualified(self._schema, table)}")

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Add rows, in exactly the table's Arrow schema."""
        with duckdb_explained(self._shown):
            self._tables.write(table, batch)

    def part_files(self) -> PartFiles | None:
        """Parquet files beside the database for the tables that are too big to be passed on as batches."""
        return self._tables.part_files()

    def take(self, written: Sequence[Written]) -> None:
        """Read part files in, and remove them."""
        with duckdb_explained(self._shown):
            self._tables.take(written)

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table as it was written."""
        with duckdb_explained(self._shown):
            yield from self._tables.batches(spec)

    @property
    def beside(self) -> Path:
        """Directory for part files and what outgrows memory."""
        return self._beside

    def publish(self, manifest: Manifest) -> None:
        """Finish and count the tables, add the manifest, and commit."""
        with duckdb_explained(self._shown):
            self._tables.finish(manifest)
            kept = qualified(self._schema, MANIFEST_TABLE)
            self._connection.execute(f"CREATE TABLE {kept} (manifest json NOT NULL)")
            self._connection.execute(f"INSERT INTO {kept} VALUES (?)", [manifest.to_json()])
            self._connection.execute(
                f"COMMENT ON TABLE {kept} IS 'What this schema holds, as Footfall made and judged it.'"
            )
            self._connection.execute("COMMIT")
        self._is_new = False
        with suppress(duckdb.Error):  # what is committed is published, in the log if not in the file
            self._connection.execute("CHECKPOINT")
        self._opened.close()

    def abort(self) -> None:
        """Leave everything as it was."""
        self._opened.close()

    def _close(self) -> None:
        # Removed as long as the file is open: afterwards the directory may be the next run's.
        shutil.rmtree(self._beside, ignore_errors=True)
        if self._is_new:
            for path in (self._path, self._path.with_name(self._path.name + ".wal")):
                path.unlink(missing_ok=True)
        close_quietly(self._connection)

    def files(self, table: str) -> tuple[str, ...]:
        """Return nothing: the database is named by whoever reads it."""
        return ()


def _referring_first(connection: duckdb.DuckDBPyConnection, here: str, tables: set[str]) -> list[str]:
    """Tables in an order in which none is dropped while another one refers to it."""
    refers = connection.execute(
        "SELECT table_name, referenced_table FROM duckdb_constraints() "
        f"WHERE constraint_type = 'FOREIGN KEY' AND {here}"
    ).fetchall()
    ordered: list[str] = []
    while rest := tables - set(ordered):
        ordered += sorted(rest - {to for table, to in refers if table in rest and table != to}) or sorted(
            rest
        )
    return ordered


def manifest_text(connection: duckdb.DuckDBPyConnection, schema: str) -> str | None:
    """Text of the manifest that a schema holds; None where it holds none."""
    try:
        found = connection.execute(f"SELECT manifest FROM {qualified(schema, MANIFEST_TABLE)}").fetchall()
    except duckdb.Error:  # a table of somebody else's that happens to have the name
        return None
    return str(found[0][0]) if len(found) == 1 else None


@dataclass(frozen=True)
class DuckdbSource:
    """A loaded schema, seen as it was when it was opened."""

    connection: duckdb.DuckDBPyConnection
    shown: str
    schema: str
    manifest: Manifest

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table."""
        # Days that were added one by one leave rows where there was room.
        is_ordered = "as_of" not in self.manifest.options
        return read_table(self.connection, Path(self.shown), self.schema, spec, is_ordered=is_ordered)


@contextmanager
def opened_duckdb(database: Database, schema: str) -> Iterator[DuckdbSource]:
    """Open a loaded schema for reading.

    Raises
    ------
    RequestError, DataError
        There is none, or its manifest is broken.
    """
    if not Path(database.address).is_file():
        raise RequestError(f"{database.shown}: there is no such file")
    try:
        connection = duckdb.connect(database.address, read_only=True)
    except duckdb.Error as error:
        raise OutputError(f"{database.shown} cannot be opened: {one_line(error)}") from error
    with connection:
        connection.execute("BEGIN TRANSACTION")
        manifest = manifest_kept(database, schema, manifest_text(connection, schema))
        yield DuckdbSource(connection, database.shown, schema, manifest)
