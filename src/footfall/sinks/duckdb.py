"""DuckDB: published tables in a schema of a database, with real types, keys and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from footfall.core.errors import DataError, OutputError
from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.ddl import (
    comments,
    create_table,
    foreign_keys,
    literal,
    ordered_by,
    primary_key,
    qualified,
    quoted,
    referenced_first,
)
from footfall.sinks.files import ParquetTable, check_rows
from footfall.sinks.part_files import PartFiles, Written
from footfall.sinks.reading import BATCH_ROWS, check_types, conform
from footfall.sinks.staging import explained


@contextmanager
def duckdb_explained(target: Path) -> Iterator[None]:
    """Turn DuckDB's refusals, which carry no error number, into lines about the target."""
    try:
        with explained(target):
            yield
    except duckdb.ConstraintException as error:
        raise DataError(f"{target}: a key does not hold: {one_line(error)}; nothing is published") from error
    except duckdb.Error as error:
        said = one_line(error)
        if re.search(
            r"no space|disk.*full|quota|file too large|could not write|not enough.*space", said, re.I
        ):
            raise OutputError(
                f"{target}: no room to write ({said}); free some space or choose another place"
            ) from error
        raise OutputError(f"{target} cannot be written: {said}") from error
    except RuntimeError as error:
        if str(error) == "Query interrupted":  # DuckDB's word for Ctrl-C while it was at work
            raise KeyboardInterrupt from error
        raise


def one_line(error: Exception) -> str:
    """Give what an error says as one line that is not too long."""
    return re.sub(r"\s+", " ", str(error))[:300]


def close_quietly(connection: duckdb.DuckDBPyConnection) -> None:
    """Close a connection; what it could still complain of was said, or does no harm."""
    with suppress(duckdb.Error):
        connection.close()


class DuckdbTables:
    """The tables of a data set in a schema: declared, filled and counted.

    Rows that refer to others wait in Parquet files until `finish`, since what they refer to may come later.
    Keys are indexed, which costs some 2 µs and 30 bytes a row; so tables that are too big for one file are
    declared without keys, and the comment of the table says so. Workers write those as Parquet, too.

    Parameters
    ----------
    connection
        To the database; left open.
    schema
        Exists, and has no tables of these names.
    specs
        The tables.
    in_parts
        Those that are too big for one file.
    beside
        An empty directory for files that are read in.
    shown
        The place as the user wrote it, for messages.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        schema: str,
        specs: Sequence[TableSpec],
        in_parts: frozenset[str],
        *,
        beside: Path,
        shown: Path,
    ) -> None:
        self._connection, self._schema, self._in_parts = connection, schema, in_parts
        self._beside, self._shown = beside, shown
        self._specs = {spec.name: spec for spec in referenced_first(specs)}
        self._waiting: dict[str, ParquetTable] = {}
        declared: dict[str, TableSpec] = {}
        for name, spec in self._specs.items():
            if name in in_parts:
                self._declare(spec, [], f"; key {', '.join(spec.key)}, not declared at this size")
                continue
            referring = [key.clause(self._named(key.table)) for key in foreign_keys(spec, declared)]
            self._declare(spec, [*([primary_key(spec)] if spec.key else []), *referring])
            if referring:
                self._waiting[name] = ParquetTable(self._file_of(name), spec)
            declared[name] = spec

    def _named(self, table: str) -> str:
        return qualified(self._schema, table)

    def _file_of(self, table: str) -> Path:
        return self._beside / f"{table}.parquet"

    def _declare(self, spec: TableSpec, constraints: Sequence[str], remark: str = "") -> None:
        self._connection.execute(create_table(spec, self._named(spec.name), constraints))
        for statement in comments(spec, self._named(spec.name), remark if spec.key else ""):
            self._connection.execute(statement)

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Add rows, in exactly the table's Arrow schema."""
        batch = pa.RecordBatch.from_arrays(batch.columns, schema=self._specs[table].arrow_schema)
        if table in self._waiting:
            self._waiting[table].write(batch)
        elif batch.num_rows:
            self._connection.register("footfall_batch", batch)
            self._connection.execute(f"INSERT INTO {self._named(table)} SELECT * FROM footfall_batch")
            self._connection.unregister("footfall_batch")

    def part_files(self) -> PartFiles | None:
        """Parquet files for the tables that are too big to be passed on as batches."""
        specs = tuple(s for s in self._specs.values() if s.name in self._in_parts and s.keyed_by_order)
        return PartFiles(self._beside, self._shown, "parquet", specs) if specs else None

    def take(self, written: Sequence[Written]) -> None:
        """Read part files in, and remove them."""
        for files in written:
            for table, file in files.items():
                self._read_in(table, self._beside / file.name)

    def _read_in(self, table: str, path: Path) -> None:
        self._connection.execute(
            f"INSERT INTO {self._named(table)} SELECT * FROM read_parquet({literal(str(path))})"
        )
        path.unlink()

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table, after what waited."""
        self._settle()
        yield from read_table(self._connection, self._shown, self._schema, spec)

    def _settle(self) -> None:
        """Read in what waited for what it refers to."""
        for table in self._specs:
            if table in self._waiting:
                self._waiting.pop(table).close()
                self._read_in(table, self._file_of(table))

    def finish(self, manifest: Manifest) -> None:
        """Read in what waited, and compare the rows of each table with the manifest."""
        self._settle()
        for table in self._specs:
            # Values are counted, which reads them; rows would be counted without a look at the table.
            column = quoted(self._specs[table].columns[0].name)
            counted = f"SELECT count({column}) FROM {self._named(table)}"
            ((rows,),) = self._connection.execute(counted).fetchall()
            check_rows(table, manifest, rows)

    def abort(self) -> None:
        """Let go of the files; whoever gave their directory removes them."""
        for writer in self._waiting.values():
            with suppress(OSError, pa.ArrowException, ValueError):  # a full disk refuses the last bytes too
                writer.close()
        self._waiting.clear()


def read_table(
    connection: duckdb.DuckDBPyConnection,
    shown: Path,
    schema: str,
    spec: TableSpec,
    *,
    is_ordered: bool = True,
) -> Iterator[pa.RecordBatch]:
    """Read a table of an open database in batches, sorted where its rows don't lie in order.

    Raises
    ------
    DataError
        The table is missing, or its columns, types or values are not those published.
    """
    order = "" if is_ordered else ordered_by(spec)
    try:
        query = f"SELECT * FROM {qualified(schema, spec.name)}{order}"
        reader = connection.sql(query).to_arrow_reader(BATCH_ROWS)
        check_types(shown, spec, reader.schema)
        for batch in reader:
            yield conform(shown, spec, batch)
    except duckdb.CatalogException:
        raise DataError(f"{shown} holds no table '{spec.name}'") from None
    except duckdb.Error as error:
        raise DataError(f"{shown} cannot be read as DuckDB: {one_line(error)}") from None
