"""PostgreSQL: a schema that is replaced in one transaction, filled by binary COPY through ADBC."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.core.errors import DataError, OutputError, RequestError
from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.database import MANIFEST_TABLE, Database, manifest_that_may_go
from footfall.sinks.ddl import (
    comments,
    create_table,
    foreign_keys,
    literal,
    primary_key,
    qualified,
    quoted,
    referenced_first,
)
from footfall.sinks.files import check_rows
from footfall.sinks.part_files import PartFiles, Written
from footfall.sinks.postgres_catalog import GRANTS, IN_SCHEMA, MATERIALIZED, VIEWS
from footfall.sinks.postgres_settings import LOOK_FOR_CLIENT, MEMORY_FOR_KEYS, PATIENCE, SESSION, sorters

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection

ROWS_AT_ONCE = 1 << 13
"""Rows that are encoded while the server takes in those before; with more, one waits for the other."""

LONGEST_NAME = 63

_REMEDIES = {
    "42501": "ask the database's owner for the permission, or name another user",
    "53100": "free some space on the server",
    "53200": "the server is out of memory",
    "55P03": "another load or a reader holds the tables; try again when it is done",
    "57P01": "the server ended the connection; run again",
    "2BP01": "drop what depends on it, or choose another --schema",
}


class PostgresConnection:
    """One transaction on a server, whose refusals become one line each.

    Parameters
    ----------
    database
        Where to; a password in it is never shown.
    """

    def __init__(self, database: Database) -> None:
        try:
            from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - an extra, and slow to import
        except ImportError:
            raise RequestError(
                "PostgreSQL needs a driver that is not installed; pip install 'footfall[postgres]'"
            ) from None
        self.shown = database.shown
        self._error = dbapi.Error
        self._connection: Connection | None = None
        with self.explained("cannot be reached"):
            self._connection = dbapi.connect(_with_defaults(database.address))
        try:
            for setting in SESSION:
                self.run(setting)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def explained(self, what: str) -> Iterator[None]:
        """Turn the server's and the driver's refusals into one line about the database."""
        try:
            yield
        except self._error as error:
            state = error.sqlstate
            if state == "57014":  # statements have no time limit here, so it was Ctrl-C
                raise KeyboardInterrupt from error
            remedy = _REMEDIES.get(state or "", "")
            line = f"{self.shown} {what}: {_one_line(error)}{'; ' + remedy if remedy else ''}"
            kind = DataError if state and state.startswith("23") else OutputError
            raise kind(f"{line}; nothing was changed") from error

    def run(self, statement: str) -> None:
        """Run a statement that gives no rows."""
        assert self._connection is not None, "it is not used after it was closed"
        with self.explained("refused"), self._connection.cursor() as cursor:
            cursor.execute(statement)  # `executescript` would commit

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Give all rows of a small query."""
        assert self._connection is not None, "it is not used after it was closed"
        with self.explained("refused"), self._connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """Give the rows of a query of any size, batch by batch."""
        assert self._connection is not None, "it is not used after it was closed"
        with self.explained("cannot be read"), self._connection.cursor() as cursor:
            cursor.execute(query)
            yield from cursor.fetch_record_batch()

    def copy(self, schema: str, table: str, batch: pa.RecordBatch) -> None:
        """Append rows by binary COPY."""
        assert self._connection is not None, "it is not used after it was closed"
        known = _with_wide_decimals(batch)
        pieces = (known.slice(start, ROWS_AT_ONCE) for start in range(0, known.num_rows, ROWS_AT_ONCE))
        reader = pa.RecordBatchReader.from_batches(known.schema, pieces)
        with self.explained("cannot be written"), self._connection.cursor() as cursor:
            cursor.adbc_ingest(table, reader, mode="append", db_schema_name=schema)

    def commit(self) -> None:
        """Make all of it visible."""
        assert self._connection is not None, "it is not used after it was closed"
        with self.explained("did not commit"):
            self._connection.commit()

    def close(self) -> None:
        """Close the connection; what was not committed is as if it had never been."""
        if self._connection is not None:
            with suppress(self._error):
                self._connection.close()
            self._connection = None


def _with_defaults(uri: str) -> str:
    """Address with a time limit for connecting and with our name, which the user's own words precede."""
    wanted = {"connect_timeout": "10", "fallback_application_name": "footfall"}
    missing = [f"{k}={v}" for k, v in wanted.items() if f"{k}=" not in uri]
    return uri + ("&" if "?" in uri else "?") + "&".join(missing) if missing else uri


def _one_line(error: Exception) -> str:
    said = re.sub(r"\s+", " ", str(error))
    return re.sub(r"^[A-Z_]+: (\[libpq\] )?|\s*\.? SQLSTATE: \w+$|Query was:.*$", "", said)[:400].strip(" .")


def _with_wide_decimals(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Batch with decimals in the width that the driver knows."""
    columns = [
        c.cast(pa.decimal128(c.type.precision, c.type.scale)) if pa.types.is_decimal(c.type) else c
        for c in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _check_lengths(names: Sequence[str]) -> None:
    """Refuse names that the server would cut off without a word."""
    for name in names:
        if len(name.encode()) > LONGEST_NAME:
            raise RequestError(f"PostgreSQL takes names of up to {LONGEST_NAME} bytes; '{name}' is longer")


class PostgresSink:
    """Replaces the tables of a schema in one transaction.

    New tables grow in the schema under names that nobody else sees; readers go on with the old ones,
    and wait only while the names change at the end. Grants on the old tables go over to the new
    ones of the same name, and views that read them read the new ones. A killed run leaves nothing, since
    its transaction never ends.

    Parameters
    ----------
    database, schema, specs, overwrite
        As in :func:`footfall.sinks.database.open_database`.
    """

    def __init__(
        self, database: Database, schema: str, specs: Sequence[TableSpec], *, overwrite: bool
    ) -> None:
        _check_lengths([schema, *(s.name for s in specs), *(c.name for s in specs for c in s.columns)])
        self._schema = schema
        self._specs = {spec.name: spec for spec in referenced_first(specs)}
        self._growing = {name: f"{MANIFEST_TABLE}_{k}" for k, name in enumerate(self._specs)}
        self._server = PostgresConnection(database)
        try:
            self._old = self._claim(overwrite=overwrite)
            for name, spec in self._specs.items():
                self._server.run(create_table(spec, self._named(self._growing[name])))
        except BaseException:
            self.abort()
            raise

    def _named(self, table: str) -> str:
        return qualified(self._schema, table)

    def _claim(self, *, overwrite: bool) -> list[str]:
        """Keep other loads out, look at what is there, and give the names of the tables that will go."""
        here, run = literal(self._schema), self._server.run
        keep_others_out(self._server, self._schema)
        present = {str(name) for (name,) in self._server.rows(IN_SCHEMA.format(schema=here))}
        manifest = manifest_text(self._server, self._schema) if MANIFEST_TABLE in present else None
        old = manifest_that_may_go(self._server.shown, self._schema, present, manifest, overwrite=overwrite)
        if not self._server.rows(f"SELECT 1 FROM pg_namespace WHERE nspname = {here}"):
            run(f"CREATE SCHEMA {quoted(self._schema)}")
        if old is not None and (reading := self._server.rows(MATERIALIZED.format(schema=here))):
            raise OutputError(
                f"{self._server.shown}: {reading[0][0]} is a materialized view of schema '{self._schema}', "
                "which can't be replaced under it; drop it, or choose another --schema"
            )
        return sorted(present)

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Add rows, in exactly the table's Arrow schema."""
        if batch.num_rows:
            self._server.copy(self._schema, self._growing[table], batch)

    def part_files(self) -> PartFiles | None:
        """Return nothing: a transaction is one connection, so all rows go through `write`."""
        return None

    def take(self, written: Sequence[Written]) -> None:
        """Take in nothing, as there are no part files."""

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table that still grows under another name."""
        from footfall.sinks.postgres_source import read_table  # noqa: PLC0415 - it imports this module

        yield from read_table(self._server, self._schema, replace(spec, name=self._growing[spec.name]))

    @property
    def beside(self) -> None:
        """Nothing: all of it lies on the server."""
        return

    def publish(self, manifest: Manifest) -> None:
        """Count the rows, declare the keys, let the new tables take the names of the old, and commit."""
        declared: dict[str, TableSpec] = {}
        self._server.rows(MEMORY_FOR_KEYS)
        for name, spec in self._specs.items():
            table = self._named(self._growing[name])
            ((rows,),) = self._server.rows(f"SELECT count(*) FROM {table}")
            check_rows(name, manifest, int(str(rows)))
            self._server.run(f"ANALYZE {table}")  # keys are checked by queries, which it helps, too
            if spec.key:  # its index can't have the name that an old one still has
                self._server.run(f"SET LOCAL max_parallel_maintenance_workers = {sorters(int(str(rows)))}")
                named = f"CONSTRAINT {quoted(self._growing[name] + '_pkey')}"
                self._server.run(f"ALTER TABLE {table} ADD {named} {primary_key(spec)}")
            for key in foreign_keys(spec, declared):
                named = f"CONSTRAINT {quoted(f'{name}_{key.column}_fkey')}"
                refers = key.clause(self._named(self._growing[key.table]))
                self._server.run(f"ALTER TABLE {table} ADD {named} {refers}")
            for statement in comments(spec, table):
                self._server.run(statement)
            declared[name] = spec
        self._take_places(manifest)
        self._server.commit()
        self._server.close()

    def _take_places(self, manifest: Manifest) -> None:
        here, run = literal(self._schema), self._server.run
        grants = [str(grant) for (grant,) in self._server.rows(GRANTS.format(schema=here))]
        views = self._server.rows(VIEWS.format(schema=here))
        for detached, _ in views:
            run(str(detached))
        if self._old:
            run(f"DROP TABLE {', '.join(self._named(table) for table in self._old)}")
        for name, growing in self._growing.items():
            run(f"ALTER TABLE {self._named(growing)} RENAME TO {quoted(name)}")
            if self._specs[name].key:
                renamed = f"RENAME CONSTRAINT {quoted(growing + '_pkey')} TO {quoted(name + '_pkey')}"
                run(f"ALTER TABLE {self._named(name)} {renamed}")
        kept = self._named(MANIFEST_TABLE)
        run(f"CREATE TABLE {kept} (manifest json NOT NULL)")
        run(f"INSERT INTO {kept} VALUES ({literal(manifest.to_json())})")
        run(f"COMMENT ON TABLE {kept} IS 'What this schema holds, as Footfall made and judged it.'")
        for _, attached in views:
            run(str(attached))
        for grant in grants:
            run(grant)

    def abort(self) -> None:
        """Leave everything as it was."""
        self._server.close()

    def files(self, table: str) -> tuple[str, ...]:
        """Return nothing: the database is named by whoever reads it."""
        return ()


def keep_others_out(server: PostgresConnection, schema: str) -> None:
    """Let no other load change a schema before this transaction ends, nor wait for locks without end."""
    server.run(LOOK_FOR_CLIENT)
    server.run(PATIENCE)
    own = literal(f"footfall {schema}")
    server.rows(f"SELECT pg_advisory_xact_lock(hashtextextended({own}, 0))::text")


def manifest_text(server: PostgresConnection, schema: str) -> str | None:
    """Text of the manifest that a schema holds; None where it holds none."""
    columns = server.rows(
        "SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        f"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = {literal(schema)} "
        f"AND c.relname = {literal(MANIFEST_TABLE)} AND a.attname = 'manifest'"
    )
    if not columns:
        return None
    found = server.rows(f"SELECT manifest::text FROM {qualified(schema, MANIFEST_TABLE)}")
    return str(found[0][0]) if len(found) == 1 else None
