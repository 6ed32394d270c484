"""Where the raw tables lie: files that DuckDB reads, a DuckDB database, or a PostgreSQL database."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from footfall.core.errors import RequestError
from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest

ADAPTERS = ("duckdb", "postgres")
SOURCES = ("csv", "parquet", "database")
RAW = "raw"
"""Schema that `footfall load` fills, and name of the source in the project."""
_STRANGE = frozenset("'\"$*?[]{}\\")
"""Characters that mean something to YAML, to templates, or to DuckDB where it looks for files."""
ATTACHED = "warehouse"
"""Name under which a loaded DuckDB database is attached to the project's own."""


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
    """

    adapter: str
    source: str
    path: str
    schema: str = RAW
    parts: frozenset[str] = frozenset()

    def external_location(self, spec: TableSpec) -> str:
        """SQL by which DuckDB reads a table's files; `data_dir` is a variable of the project."""
        name = (
            f"{spec.name}/part-*.{self.source}" if spec.name in self.parts else f"{spec.name}.{self.source}"
        )
        path = "{{ var('data_dir') }}/" + name
        if self.source == "parquet":
            return f"read_parquet('{path}')"
        from footfall.sinks.duckdb import SQL_TYPES  # noqa: PLC0415 - loads DuckDB, which Parquet does without

        types = ", ".join(f"'{c.name}': '{SQL_TYPES[c.kind]}'" for c in spec.columns)
        return (
            f"read_csv('{path}', auto_detect = false, header = true, delim = ',', quote = '\"', "
            f"escape = '\"', columns = {{{types}}})"
        )

    def source_properties(self) -> dict[str, Any]:
        """Give what the project's source says of the place as a whole."""
        if self.source != "database":
            return {}
        if self.adapter == "postgres":
            return {"schema": self.schema}
        return {"database": ATTACHED, "schema": self.schema}

    def table_meta(self, spec: TableSpec) -> dict[str, Any]:
        """Give what dbt-duckdb must know to read a table's files; nothing where a database holds it."""
        if self.source == "database":
            return {}
        return {"external_location": self.external_location(spec), "formatter": "template"}


def locate(
    adapter: str, source: str | None, data: Path, project: Path, manifest: Manifest | None
) -> Location:
    """Find out how the project reads its raw tables.

    Parameters
    ----------
    source
        One of `SOURCES`; where not given, what lies in `data`, or what the adapter can read.
    data
        Directory of a data set, or file of a loaded DuckDB database; it need not exist yet.
    project
        Directory of the project, from which `data` is seen.
    manifest
        That of the data set in `data`, where one lies there.

    Raises
    ------
    RequestError
        The adapter cannot read such a source, or something else lies there.
    """
    if adapter == "postgres":
        if source not in (None, "database"):
            raise RequestError(
                f"--source {source}: PostgreSQL reads no files; load the tables with `footfall load`, "
                "and leave --source out"
            )
        return Location(adapter, "database", "")
    there = _kind_of(data, manifest)
    chosen = source or there or "csv"
    if there and chosen != there:
        raise RequestError(
            f"--source {chosen}: {data} holds {there}; leave --source out, or name other --data"
        )
    seen = Path(os.path.relpath(data, project)).as_posix()
    if strange := sorted(set(seen) & _STRANGE):
        raise RequestError(
            f"{data}: a path with {strange[0]} in it can't be read from SQL; choose another place"
        )
    if chosen == "database" and manifest:
        return Location(adapter, chosen, f"{seen}/{next(iter(manifest.files))}", schema="main")
    records = manifest.tables.items() if manifest else ()
    parts = frozenset(name for name, record in records if any("/" in file for file in record.files))
    return Location(adapter, chosen, seen, parts=parts)


def _kind_of(data: Path, manifest: Manifest | None) -> str | None:
    """Tell what lies there, as a source; None where nothing does yet."""
    if manifest:
        return "database" if manifest.format == "duckdb" else manifest.format
    return "database" if data.is_file() else None
