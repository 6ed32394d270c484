"""A connection to a PostgreSQL server: one transaction, whose statements Ctrl-C stops."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from footfall.core.errors import DataError, OutputError, RequestError
from footfall.core.interrupts import interrupts_noted
from footfall.sinks.database import MANIFEST_TABLE, Database
from footfall.sinks.ddl import literal, qualified
from footfall.sinks.postgres_settings import LOOK_FOR_CLIENT, PATIENCE, SESSION

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection, Cursor

ROWS_AT_ONCE = 1 << 13
"""Rows that are encoded while the server takes in those before; with more, one waits for the other."""

NEXT_LOOK = 0.1
"""Seconds after which one looks whether a statement is to be stopped; a stop that comes early is lost."""

Result = TypeVar("Result")

_REMEDIES = {
    "42501": "ask the database's owner for the permission, or name another user",
    "53100": "free some space on the server",
    "53200": "the server is out of memory",
    "55P03": "another load or a reader holds the tables; try again when it is done",
    "57014": "somebody stopped the statement on the server; run again",
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
            remedy = _REMEDIES.get(state or "", "")
            line = f"{self.shown} {what}: {_one_line(error)}{'; ' + remedy if remedy else ''}"
            kind = DataError if state and state.startswith("23") else OutputError
            raise kind(f"{line}; nothing was changed") from error

    def run(self, statement: str) -> None:
        """Run a statement that gives no rows."""
        with self.explained("refused"):
            self._with_cursor(lambda cursor: cursor.execute(statement))  # `executescript` would commit

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Give all rows of a small query."""
        with self.explained("refused"):
            return self._with_cursor(lambda cursor: cursor.execute(query).fetchall())

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """Give the rows of a query of any size, batch by batch."""
        with self.explained("cannot be read"), self._opened().cursor() as cursor:
            self._until_interrupted(lambda: cursor.execute(query))
            yield from cursor.fetch_record_batch()

    def copy(self, schema: str, table: str, batch: pa.RecordBatch) -> None:
        """Append rows by binary COPY."""
        known = _with_wide_decimals(batch)
        pieces = (known.slice(start, ROWS_AT_ONCE) for start in range(0, known.num_rows, ROWS_AT_ONCE))
        reader = pa.RecordBatchReader.from_batches(known.schema, pieces)
        with self.explained("cannot be written"):
            self._with_cursor(lambda c: c.adbc_ingest(table, reader, mode="append", db_schema_name=schema))

    def _opened(self) -> Connection:
        assert self._connection is not None, "it is not used after it was closed"
        return self._connection

    def _with_cursor(self, statement: Callable[[Cursor], Result]) -> Result:
        def run() -> Result:
            with self._opened().cursor() as cursor:
                return statement(cursor)

        return self._until_interrupted(run)

    def _until_interrupted(self, statement: Callable[[], Result]) -> Result:
        """Run a statement to its end, or to Ctrl-C, which stops it on the server, too.

        It runs in a thread, where the driver leaves Ctrl-C to Python. In the main thread the driver looks
        out itself: it misses a Ctrl-C that comes as a statement ends, or reads what is freed and crashes.
        """
        with interrupts_noted() as noted, ThreadPoolExecutor(1) as thread:
            under_way = thread.submit(statement)
            while not wait([under_way], NEXT_LOOK).done:
                if noted:
                    with suppress(self._error):
                        self._opened().adbc_cancel()
            return under_way.result()

    def commit(self) -> None:
        """Make all of it visible."""
        with self.explained("did not commit"):
            self._opened().commit()

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
