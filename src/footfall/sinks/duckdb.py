"""DuckDB: all tables in one database file, with real types, keys and comments."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from footfall.core.errors import DataError, OutputError
from footfall.core.schema import Kind, TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.files import check_rows
from footfall.sinks.part_files import PartFiles, Written
from footfall.sinks.reading import BATCH_ROWS, check_types, conform
from footfall.sinks.staging import Staging, explained

SQL_TYPES = {
    Kind.INTEGER: "BIGINT",
    Kind.MONEY: "DECIMAL(12,2)",
    Kind.FRACTION: "DECIMAL(3,2)",
    Kind.NUMBER: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.MONTH: "VARCHAR",
    Kind.TIMESTAMP: "TIMESTAMP",
    Kind.CODE: "VARCHAR",
    Kind.TEXT: "VARCHAR",
}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _referenced_first(specs: Sequence[TableSpec]) -> list[TableSpec]:
    """Tables in an order in which each comes after those that it refers to."""
    waiting, ordered = list(specs), []
    while waiting:
        names = {s.name for s in waiting}
        free = [
            s for s in waiting if not {c.references[0] for c in s.columns if c.references} & names - {s.name}
        ]
        ordered += free or waiting  # a circle cannot be declared; its keys are left out below
        waiting = [s for s in waiting if free and s not in free]
    return ordered


def _definition(spec: TableSpec, earlier: dict[str, TableSpec], *, with_keys: bool) -> Iterator[str]:
    """Give the SQL statements that make a table; a reference needs the key of a table made earlier."""
    lines = [f"{_quoted(c.name)} {SQL_TYPES[c.kind]} NOT NULL" for c in spec.columns]
    if spec.key and with_keys:
        lines.append(f"PRIMARY KEY ({', '.join(map(_quoted, spec.key))})")
    for column in spec.columns:
        if with_keys and column.references and column.references[0] in earlier:
            table, key = column.references
            if earlier[table].key == (key,):
                lines.append(
                    f"FOREIGN KEY ({_quoted(column.name)}) REFERENCES {_quoted(table)} ({_quoted(key)})"
                )
    yield f"CREATE TABLE {_quoted(spec.name)} ({', '.join(lines)})"
    unchecked = "" if with_keys or not spec.key else f"; key {', '.join(spec.key)}, not declared at this size"
    yield f"COMMENT ON TABLE {_quoted(spec.name)} IS {_literal(spec.grain + unchecked)}"
    for column in spec.columns:
        words = f"{column.text} [{column.unit}]" if column.unit else column.text
        yield f"COMMENT ON COLUMN {_quoted(spec.name)}.{_quoted(column.name)} IS {_literal(words)}"


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    """Turn DuckDB's refusals, which carry no error number, into lines about the target."""
    try:
        with explained(target):
            yield
    except duckdb.ConstraintException as error:
        raise DataError(f"{target}: a key does not hold: {_one_line(error)}; nothing is published") from error
    except duckdb.Error as error:
        said = _one_line(error)
        if re.search(
            r"no space|disk.*full|quota|file too large|could not write|not enough.*space", said, re.I
        ):
            raise OutputError(
                f"{target}: no room to write ({said}); free some space or choose another place"
            ) from error
        raise OutputError(f"{target} cannot be written: {said}") from error


def _one_line(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))[:300]


class DuckdbSink:
    """A directory with one database file, named after the scenario.

    Rows that come before the rows they refer to are held in memory until `publish`; referenced
    tables that come first cost nothing. Keys are indexed, which costs some 2 µs and 30 bytes a row; so
    tables that are too big for one file are declared without keys, and the comment of the table says so.
    Workers write them as Parquet beside the database, which reads them in.

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
        self._specs = {spec.name: spec for spec in _referenced_first(specs)}
        self._held: dict[str, list[pa.RecordBatch]] = {name: [] for name in self._specs}
        self._staging = Staging(directory, [self._file], overwrite=overwrite)
        self._spill = self._staging.path / ".spill"
        self._parts = self._staging.path / ".parts"
        self._in_parts = in_parts
        self._connection: duckdb.DuckDBPyConnection | None = None
        try:
            with _explained(directory):
                self._connection = duckdb.connect(
                    str(self._staging.path / self._file), config={"temp_directory": str(self._spill)}
                )
                made: dict[str, TableSpec] = {}
                for name, spec in self._specs.items():
                    for statement in _definition(spec, made, with_keys=name not in in_parts):
                        self._connection.execute(statement)
                    if name not in in_parts:
                        made[name] = spec
        except BaseException:
            self.abort()
            raise

    def _insert(self, table: str, batch: pa.RecordBatch) -> None:
        assert self._connection is not None, "a sink is not written to after publish or abort"
        self._connection.register("footfall_batch", batch)
        try:
            self._connection.execute(f"INSERT INTO {_quoted(table)} SELECT * FROM footfall_batch")
        finally:
            self._connection.unregister("footfall_batch")

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Add rows, in exactly the table's Arrow schema."""
        batch = pa.RecordBatch.from_arrays(batch.columns, schema=self._specs[table].arrow_schema)
        if not batch.num_rows:
            return
        with _explained(self._staging.shown):
            try:
                self._insert(table, batch)
            except duckdb.ConstraintException as error:
                if "foreign key" not in str(error).lower():
                    raise
                self._held[table].append(batch)

    def part_files(self) -> PartFiles | None:
        """Parquet files beside the database for the tables that are too big to be passed on as batches."""
        specs = tuple(s for s in self._specs.values() if s.name in self._in_parts and s.keyed_by_order)
        if not specs:
            return None
        self._parts.mkdir(exist_ok=True)
        return PartFiles(self._parts, self._staging.shown, "parquet", specs)

    def take(self, written: Sequence[Written]) -> None:
        """Read part files in, and remove them."""
        assert self._connection is not None, "a sink is not written to after publish or abort"
        with _explained(self._staging.shown):
            for files in written:
                for table, file in files.items():
                    path = self._parts / file.name
                    self._connection.execute(
                        f"INSERT INTO {_quoted(table)} SELECT * FROM read_parquet({_literal(str(path))})"
                    )
                    path.unlink()

    def publish(self, manifest: Manifest) -> None:
        """Insert what was held, count the rows, close the file and rename its directory."""
        with _explained(self._staging.shown):
            assert self._connection is not None, "a sink is published once"
            for table, batches in self._held.items():
                while batches:
                    self._insert(table, batches.pop(0))
                ((rows,),) = self._connection.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchall()
                check_rows(table, manifest, rows)
            self._connection.execute("CHECKPOINT")
            self._connection.close()
            self._connection = None
            shutil.rmtree(self._spill, ignore_errors=True)
            shutil.rmtree(self._parts, ignore_errors=True)
        self._staging.publish(manifest)

    def abort(self) -> None:
        """Remove every trace."""
        if self._connection is not None:
            with suppress(duckdb.Error):
                self._connection.close()
            self._connection = None
        self._staging.abort()

    def files(self, table: str) -> tuple[str, ...]:
        """Name of the database file."""
        return (self._file,)


def read_duckdb(path: Path, spec: TableSpec) -> Iterator[pa.RecordBatch]:
    """Read a table of a database file in batches."""
    if not os.access(path, os.R_OK):
        raise DataError(f"{path} cannot be read: permission denied")
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            reader = connection.sql(f"SELECT * FROM {_quoted(spec.name)}").to_arrow_reader(BATCH_ROWS)
            check_types(path, spec, reader.schema)
            for batch in reader:
                yield conform(path, spec, batch)
    except duckdb.CatalogException:
        raise DataError(f"{path} holds no table '{spec.name}'") from None
    except duckdb.Error as error:
        raise DataError(f"{path} cannot be read as DuckDB: {_one_line(error)}") from None
