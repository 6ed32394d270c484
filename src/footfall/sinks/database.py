"""Databases that users name: addresses, the rule of what may be replaced, and who writes and reads there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from footfall.core.addresses import is_database
from footfall.core.errors import FootfallError, OutputError, RequestError
from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest, Sink, read_batches

MANIFEST_TABLE = "_footfall"
"""Table beside the data set's own; its one row and column is the manifest."""

_POSTGRES = re.compile(
    r"postgres(?:ql)?://"
    r"(?:(?P<user>[^:@/?#]*)(?P<password>:[^:@/?#]*)?@)?"
    r"(?P<place>(?:(?:\[[0-9A-Fa-f:.]+\]|[^:@/?#,\[\]]*)(?::[0-9]+)?,?)*"
    r"(?:/[^:@/?#]*)?)"
    r"(?P<query>\?(?:[a-z_]+=[^@?&#=]*&?)*)?"
)


@dataclass(frozen=True)
class Database:
    """A database's address, and how it is shown: never with a password.

    Attributes
    ----------
    kind : str
        "duckdb" or "postgresql".
    address : str
        Path of the file, or URI of the server.
    shown : str
    """

    kind: str
    address: str = field(repr=False)
    shown: str

    @property
    def takes_part_files(self) -> bool:
        """Whether workers can write for it; PostgreSQL takes rows in one stream, which is its limit."""
        return self.kind == "duckdb"


def database_at(address: str) -> Database:
    """Take a database's address apart.

    >>> database_at("postgresql://ann:secret@db.example:5433/shop").shown
    'postgresql://ann@db.example:5433/shop'
    >>> database_at("duckdb:data/shop.db").shown
    'duckdb:data/shop.db'

    Raises
    ------
    RequestError
        It is none. The message doesn't repeat what may hold a password.
    """
    if address.startswith(("postgresql:", "postgres:")):
        found = _POSTGRES.fullmatch(address)
        if found is None or re.search(r"%(?![0-9A-Fa-f]{2})|%00", address):
            # Handed on, the server's library would quote pieces of it, and take them for something else.
            raise RequestError(
                "the address of the PostgreSQL database can't be read; "
                "write postgresql://user@host:port/database, and in names and passwords "
                "%40 for @, %3A for :, %2F for /, %3F for ?, %23 for #, %25 for %"
            )
        user = f"{found['user']}@" if found["user"] else ""
        return Database("postgresql", address, f"postgresql://{user}{found['place']}")
    path = address.removeprefix("duckdb:")
    if not address.startswith("duckdb:") or not path or path == ":memory:" or "://" in path:
        raise RequestError(
            "--to names no database; write duckdb:FILE or postgresql://user@host:port/database "
            "(the last day is --until)"
        )
    return Database("duckdb", path, address)


def manifest_that_may_go(
    shown: str, schema: str, present: Collection[str], manifest: str | None, *, overwrite: bool
) -> Manifest | None:
    """Tell whether what a schema holds may be replaced, and by its manifest what that is.

    Parameters
    ----------
    present
        Names of all that is in the schema.
    manifest
        Text of its manifest; None where it has none.
    overwrite
        Whether the user asked for it.

    Returns
    -------
    Manifest or None
        Of the data set that is replaced; None where the schema is empty.

    Raises
    ------
    OutputError
        It holds what Footfall did not make, or a data set that nobody asked to replace.
    """
    if not present:
        return None
    place = f"schema '{schema}' of {shown}"
    if manifest is None:
        raise OutputError(
            f"{place} holds {_few(present)}, which Footfall did not make, so it is never replaced; "
            "choose another --schema"
        )
    try:
        old = Manifest.parsed(manifest, f"the manifest in {place}", earlier=True)
    except FootfallError as error:
        raise OutputError(f"{place} is never replaced, as {error}; choose another --schema") from None
    if foreign := set(present) - set(old.tables) - {MANIFEST_TABLE}:
        raise OutputError(
            f"{place} holds {_few(foreign)}, which Footfall did not make, so it is never replaced; "
            "move that away, or choose another --schema"
        )
    if not overwrite:
        raise OutputError(
            f"{place} already holds a data set; use --overwrite (overwrite=True) or choose another --schema"
        )
    return old


def manifest_kept(database: Database, schema: str, text: str | None) -> Manifest:
    """Take the manifest of a schema that is read.

    Raises
    ------
    RequestError, DataError
        There is none, or it is broken.
    """
    place = f"schema '{schema}' of {database.shown}"
    if text is None:
        raise RequestError(f"{place} holds no data set of Footfall's; load one, or name another --schema")
    return Manifest.parsed(text, f"the manifest in {place}")


def _few(names: Collection[str]) -> str:
    first = ", ".join(f"'{name}'" for name in sorted(names)[:3])
    return first if len(names) <= 3 else f"{first} and {len(names) - 3} more"


def open_database(
    database: Database,
    schema: str,
    specs: Sequence[TableSpec],
    *,
    overwrite: bool,
    in_parts: frozenset[str] = frozenset(),
) -> Sink:
    """Begin a transaction in which a schema's tables are made; every refusal that can be foreseen comes now.

    Parameters
    ----------
    database, schema
        Where to; a schema that is not there is made.
    specs, overwrite, in_parts
        As in :func:`footfall.sinks.base.open_sink`.

    Raises
    ------
    OutputError
        The database can't be reached or written to, or the schema is taken.
    """
    if any(spec.name == MANIFEST_TABLE for spec in specs):
        raise RequestError(f"table '{MANIFEST_TABLE}': databases keep the manifest under this name")
    # Drivers are imported when used: they cost tens of milliseconds each, and one is an extra.
    if database.kind == "duckdb":
        from footfall.sinks.duckdb_database import DuckdbDatabaseSink  # noqa: PLC0415 - see above

        return DuckdbDatabaseSink(database, schema, specs, overwrite=overwrite, in_parts=in_parts)
    from footfall.sinks.postgres import PostgresSink  # noqa: PLC0415 - see above

    return PostgresSink(database, schema, specs, overwrite=overwrite)


def shown_place(place: str, schema: str) -> dict[str, str]:
    """Name a place in a document.

    >>> shown_place("data/vantage", "raw")
    {'directory': 'data/vantage'}
    >>> shown_place("postgresql://ann:secret@db.example/shop", "raw")
    {'database': 'postgresql://ann@db.example/shop', 'schema': 'raw'}
    """
    if not is_database(place):
        return {"directory": place}
    return {"database": database_at(place).shown, "schema": schema}


class Source(Protocol):
    """A data set that lies somewhere: its manifest, and its tables."""

    @property
    def shown(self) -> str:
        """Where it lies, for messages."""

    @property
    def manifest(self) -> Manifest:
        """What the data set says it is."""

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table in exactly the Arrow schema of its specification; every deviation is named."""


@dataclass(frozen=True)
class DirectorySource:
    """Files beside a manifest."""

    directory: Path
    manifest: Manifest

    @property
    def shown(self) -> str:
        """The directory."""
        return str(self.directory)

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read the files of a table."""
        return read_batches(self.directory, self.manifest, spec)


@contextmanager
def opened(place: str | Path, schema: str) -> Iterator[Source]:
    """Open a data set: a directory, or a schema of a database, which is seen as it is at this moment.

    Raises
    ------
    RequestError, DataError
        There is none, or its manifest is broken.
    """
    if not is_database(str(place)):
        if "://" in str(place):  # not repeated: it may hold a password
            raise RequestError(
                "this address is no place that can be read; name a directory, duckdb:FILE or "
                "postgresql://user@host:port/database"
            )
        yield DirectorySource(Path(place), Manifest.read(Path(place)))
        return
    database = database_at(str(place))
    if database.kind == "duckdb":
        from footfall.sinks.duckdb_database import opened_duckdb  # noqa: PLC0415 - as in `open_database`

        with opened_duckdb(database, schema) as source:
            yield source
        return
    from footfall.sinks.postgres_source import opened_postgres  # noqa: PLC0415 - as in `open_database`

    with opened_postgres(database, schema) as source:
        yield source
