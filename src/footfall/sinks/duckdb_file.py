"""The format DuckDB: a directory with one database file, named after the scenario."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pyarrow as pa

from footfall.core.errors import DataError
from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.duckdb import DuckdbTables, close_quietly, duckdb_explained, one_line, read_table
from footfall.sinks.part_files import PartFiles, Written
from footfall.sinks.staging import Staging

_SCHEMA = "main"


class DuckdbFileSink:
    """Writes all tables into one new file, and shows it when it is whole.

    Parameters
    ----------
    directory, scenario_name, specs, overwrite, in_parts
        As in :func:`footfall.sinks.base.open_sink`.
    """

    def __init__(
        self,
        directory: Path,
        scenario_name: str,
        specs: Sequence[TableSpec],
        *,
        overwrite: bool,
        in_parts: frozenset[str] = frozenset(),
    ) -> None:
        self._file = f"{scenario_name}.duckdb"
        self._staging = Staging(directory, [self._file], overwrite=overwrite)
        self._beside = self._staging.path / ".beside"
        self._opened = ExitStack()
        try:
            with duckdb_explained(directory):
                self._connection = duckdb.connect(
                    str(self._staging.path / self._file),
                    config={"temp_directory": str(self._beside / "spill")},
                )
                self._opened.callback(close_quietly, self._connection)
                self._beside.mkdir()
                self._tables = DuckdbTables(
                    self._connection, _SCHEMA, specs, in_parts, beside=self._beside, shown=directory
                )
                self._opened.callback(self._tables.abort)
        except BaseException:
            self.abort()
            raise

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Add rows, in exactly the table's Arrow schema."""
        with duckdb_explained(self._staging.shown):
            self._tables.write(table, batch)

    def part_files(self) -> PartFiles | None:
        """Parquet files beside the database for the tables that are too big to be passed on as batches."""
        return self._tables.part_files()

    def take(self, written: Sequence[Written]) -> None:
        """Read part files in, and remove them."""
        with duckdb_explained(self._staging.shown):
            self._tables.take(written)

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table as it was written."""
        with duckdb_explained(self._staging.shown):
            yield from self._tables.batches(spec)

    @property
    def beside(self) -> Path:
        """Directory for part files and what outgrows memory."""
        return self._beside

    def publish(self, manifest: Manifest) -> None:
        """Finish and count the tables, close the file and rename its directory."""
        with duckdb_explained(self._staging.shown):
            self._tables.finish(manifest)
            self._connection.execute("CHECKPOINT")
            self._opened.close()
            shutil.rmtree(self._beside, ignore_errors=True)
        self._staging.publish(manifest)

    def abort(self) -> None:
        """Remove every trace."""
        self._opened.close()
        self._staging.abort()

    def files(self, table: str) -> tuple[str, ...]:
        """Name of the database file."""
        return (self._file,)


def read_duckdb(path: Path, spec: TableSpec) -> Iterator[pa.RecordBatch]:
    """Read a table of a database file in batches.

    Raises
    ------
    DataError
        The file can't be read, or its table is not as published.
    """
    if not os.access(path, os.R_OK):
        raise DataError(f"{path} cannot be read: permission denied")
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            yield from read_table(connection, path, _SCHEMA, spec)
    except duckdb.Error as error:
        raise DataError(f"{path} cannot be read as DuckDB: {one_line(error)}") from None
