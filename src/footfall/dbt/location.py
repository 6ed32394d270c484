"""Where the raw tables lie: files that DuckDB reads, a DuckDB database, or a PostgreSQL database."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from footfall.core.errors import RequestError
from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.database import Database
from footfall.sinks.ddl import SQL_TYPES

ADAPTERS = ("duckdb", "postgres")
SOURCES = ("csv", "parquet", "database")
RAW = "raw"
"""Name of the source in the project."""
ATTACHED = "warehouse"
"""Name under which a loaded DuckDB database is attached to the project's own."""
_STRANGE = frozenset("'\"$*?[]{}\\")
"""Characters that mean something to YAML, to templates, or to DuckDB where it looks for files."""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server, a user and a database, as far as they were named; never a password."""

    host: str = ""
    port: str = ""
    user: str = ""
    database: str = ""


@dataclass(frozen=True)
class Location:
    """Where raw tables lie, as seen from the project.

    Attributes
    ----------
    source
        One of `SOURCES`.
    path
        Directory of the files, or file of the DuckDB database, from the project's directory; empty where
        a PostgreSQL server holds the tables.
    schema
        Schema of the tables in a database.
    parts
        Tables that lie in a directory of part files.
    server
        That of PostgreSQL.
    """

    adapter: str
    source: str
    path: str = ""
    schema: str = ""
    parts: frozenset[str] = frozenset()
    server: Server = Server()

    def external_location(self, spec: TableSpec) -> str:
        """SQL by which DuckDB reads a table's files; `data_dir` is a variable of the project."""
        name = (
            f"{spec.name}/part-*.{self.source}" if spec.name in self.parts else f"{spec.name}.{self.source}"
        )
        path = "{{ var('data_dir') }}/" + name
        if self.source == "parquet":
            return f"read_parquet('{path}')"
        types = ", ".join(f"'{c.name}': '{SQL_TYPES[c.kind]}'" for c in spec.columns)
        return (
            f"read_csv('{path}', auto_detect = false, header = true, delim = ',', quote = '\"', "
            f"escape = '\"', columns = {{{types}}})"
        )

    def source_properties(self) -> dict[str, Any]:
        """Give what the project's source says of the place as a whole."""
        if self.source != "database":
            return {}
        attached = {"database": ATTACHED} if self.adapter == "duckdb" else {}
        return {**attached, "schema": self.schema}

    def table_meta(self, spec: TableSpec) -> dict[str, Any]:
        """Give what dbt-duckdb must know to read a table's files; nothing where a database holds it."""
        if self.source == "database":
            return {}
        return {"external_location": self.external_location(spec), "formatter": "template"}


def in_directory(data: Path, project: Path, manifest: Manifest | None, source: str | None) -> Location:
    """Locate the tables of a directory, which need not be there yet.

    Parameters
    ----------
    project
        Directory of the project, from which `data` is seen.
    manifest
        That of the data set, where one lies there.
    source
        One of `SOURCES` that is asked for; where not given, what lies there, or else CSV.

    Raises
    ------
    RequestError
        Something else lies there, or the path can't be written in SQL.
    """
    there = {"duckdb": "database"}.get(manifest.format, manifest.format) if manifest else None
    chosen = source or there or "csv"
    if there and chosen != there:
        raise RequestError(
            f"--source {chosen}: {data} holds {there}; leave --source out, or name other --data"
        )
    if chosen == "database" and not manifest:
        raise RequestError("--source database: name the database that holds the tables by --data duckdb:FILE")
    path = _seen(data, project)
    if manifest and chosen == "database":
        return Location("duckdb", chosen, f"{path}/{next(iter(manifest.files))}", schema="main")
    records = manifest.tables.items() if manifest else ()
    parts = frozenset(name for name, record in records if any("/" in file for file in record.files))
    return Location("duckdb", chosen, path, parts=parts)


def in_duckdb(database: Database, schema: str, project: Path) -> Location:
    """Locate the tables of a DuckDB database, seen from the project's directory."""
    return Location("duckdb", "database", _seen(Path(database.address), project), schema)


def in_postgres(database: Database | None, schema: str) -> Location:
    """Locate the tables on a PostgreSQL server: the one that is named, or whichever the environment names."""
    if database is None:
        return Location("postgres", "database", schema=schema)
    address = urlsplit(database.address)
    host, _, port = address.netloc.rpartition("@")[2].partition(":")
    if "," in address.netloc or "[" in host:
        return Location("postgres", "database", schema=schema)  # several servers: libpq's variables name them
    named = (host, port, address.username or "", address.path.removeprefix("/"))
    server = Server(*map(unquote, named))
    if set("".join((server.host, server.user, server.database))) & _STRANGE:
        return Location("postgres", "database", schema=schema)
    return Location("postgres", "database", schema=schema, server=server)


def _seen(path: Path, project: Path) -> str:
    seen = Path(os.path.relpath(path, project)).as_posix()
    if strange := sorted(set(seen) & _STRANGE):
        raise RequestError(
            f"{path}: a path with {strange[0]} in it can't be read from SQL; choose another place"
        )
    return seen
