"""DuckDB, locked down: no files, no network, no extensions, no settings, and an end to memory and time."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from pathlib import Path

import duckdb

from footfall.core.schema import Made
from footfall.core.vocabulary import Kind
from footfall.scenario.sql.tree import Query, SqlRefusedError, expression, query

MEMORY = "1GB"
SECONDS = 60.0
"""Time that one step may take; nothing that is meant comes near."""

TYPES: Mapping[Kind, str] = {
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
"""Types in which columns are read; times to the microsecond, as most functions know no others."""

Columns = Sequence[tuple[str, Kind]]


class SqlStoppedError(Exception):
    """SQL came to no end within its time, or found no room in its memory."""


def locked(directory: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a database that can reach nothing outside of itself; no statement can change that.

    Parameters
    ----------
    directory
        Where its file lies, and what outgrows memory; in memory, with no room besides, where not given.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "allow_community_extensions": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "enable_external_access": False,
        "memory_limit": MEMORY,
        "python_enable_replacements": False,
        "temp_directory": str(directory / "spill") if directory else "",
        "threads": 1,  # so that sums of floating-point numbers are the same everywhere
    }
    connection = duckdb.connect(str(directory / "tables.duckdb") if directory else ":memory:", config=config)
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET lock_configuration = true")
    return connection


@cache
def in_memory() -> duckdb.DuckDBPyConnection:
    """Return this process's locked database in memory."""
    return locked()


@contextmanager
def limited(connection: duckdb.DuckDBPyConnection, seconds: float = SECONDS) -> Iterator[None]:
    """End what a connection does after some seconds.

    Raises
    ------
    SqlStoppedError
        It came to no end, or found no room.
    """
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException:
        raise SqlStoppedError(f"came to no end within {seconds:g} s and was stopped") from None
    except (duckdb.OutOfMemoryException, MemoryError):
        raise SqlStoppedError(f"needs more than the {MEMORY} of memory that it may take") from None
    except RuntimeError as error:
        if "interrupt" not in str(error).lower() or timer.is_alive():
            raise
        raise SqlStoppedError(f"came to no end within {seconds:g} s and was stopped") from None
    finally:
        timer.cancel()
        timer.join()  # it holds the connection, which must not outlive the interpreter


def one_line(error: Exception) -> str:
    """What DuckDB says, without its picture of the place.

    >>> one_line(ValueError("Conversion Error: Could not convert string 'x' to INT32"))
    "Could not convert string 'x' to INT32"
    """
    said = re.split(r"\n\s*\n?(?:LINE \d|Candidate|\tCandidate)", str(error))[0]
    return re.sub(r"\s+", " ", re.sub(r"^[A-Z][A-Za-z]+(?: [A-Za-z]+)? Error: ", "", said)).strip()[:300]


def cast(sql: str, kind: Kind) -> str:
    """Expression as a kind of values; numbers have six decimals, as published ones do."""
    as_type = f"CAST(({sql}) AS {TYPES[kind]})"
    return f"round({as_type}, 6)" if kind is Kind.NUMBER else as_type


@lru_cache(maxsize=512)
def checked_expression(text: str, kind: Kind, columns: Columns, later: tuple[str, ...]) -> Made:
    """Check an expression and that it fits its columns and its kind; give it as it is run.

    Raises
    ------
    SqlRefusedError
        It may not be run, or can't be.
    """
    connection = in_memory()
    try:
        sql, reads = expression(connection, text, [name for name, _ in columns], later)
    except RecursionError:
        raise SqlRefusedError("is nested too deeply") from None
    _bound(connection, {"these": columns}, f"SELECT {cast(sql, kind)} FROM these")
    return Made(sql=sql, reads=reads)


@lru_cache(maxsize=512)
def checked_query(text: str, tables: tuple[tuple[str, Columns], ...]) -> Query:
    """Check a query over published tables, and that it gives one number; give it as it is run.

    Raises
    ------
    SqlRefusedError
        It may not be run, or can't be.
    """
    connection = in_memory()
    try:
        found = query(connection, text, {name: [column for column, _ in columns] for name, columns in tables})
    except RecursionError:
        raise SqlRefusedError("is nested too deeply") from None
    types = _bound(connection, {n: c for n, c in tables if n in found.tables}, found.sql)
    if len(types) != 1:
        raise SqlRefusedError(f"gives {len(types)} columns; one number is expected")
    if not re.match(r"U?(TINY|SMALL|HUGE|BIG)?INT(EGER)?$|DECIMAL|DOUBLE|FLOAT|BOOLEAN", types[0]):
        raise SqlRefusedError(f"gives {types[0]}; one number is expected")
    return found


def _bound(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Columns], sql: str) -> list[str]:
    """Types of what a statement gives over tables without rows."""
    try:
        for name, columns in tables.items():
            connection.execute(create_table(name, columns))
        with limited(connection, 10):
            return [str(column[1]) for column in connection.execute(sql).description or ()]
    except SqlStoppedError as error:
        raise SqlRefusedError(str(error)) from None
    except duckdb.Error as error:
        raise SqlRefusedError(f"can't be run: {one_line(error)}") from None
    finally:
        for name in tables:
            with suppress(duckdb.Error):
                connection.execute(f"DROP TABLE IF EXISTS {quoted(name)}")


def create_table(name: str, columns: Columns) -> str:
    """Statement that makes a table without rows."""
    declared = ", ".join(f"{quoted(column)} {TYPES[kind]}" for column, kind in columns)
    return f"CREATE TABLE {quoted(name)} ({declared})"


def quoted(name: str) -> str:
    """Write a name so that any is taken as it stands."""
    return '"' + name.replace('"', '""') + '"'
