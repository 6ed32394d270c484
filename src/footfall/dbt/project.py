"""The story of `footfall dbt`: find out what is published and where it lies, render, write."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from footfall.core.addresses import is_database
from footfall.core.errors import DataError, RequestError
from footfall.dbt import place
from footfall.dbt.location import ADAPTERS, SOURCES, Location, in_directory, in_duckdb, in_postgres
from footfall.dbt.published import Published
from footfall.dbt.rendering import render
from footfall.scenario.bending import bent
from footfall.scenario.load import load
from footfall.scenario.model import Scenario
from footfall.sinks.base import MANIFEST_DIRECTORY, MANIFEST_FILE, Manifest
from footfall.sinks.database import database_at, opened

_JINJA = re.compile(r"\{[{%#]|[}%#]\}")


@dataclass(frozen=True)
class Project:
    """A written project: where it is, what it reads, its files."""

    directory: Path
    location: Location
    files: tuple[str, ...]
    waits_for: Path | None  # data that are not there yet

    def count(self, folder: str, suffix: str) -> int:
        """Files of a kind in a folder of the project."""
        return sum(file.startswith(f"{folder}/") and file.endswith(suffix) for file in self.files)


def write_project(
    scenario: str,
    directory: Path,
    *,
    adapter: str | None = None,
    source: str | None = None,
    data: str | None = None,
    schema: str = "raw",
    tables: Sequence[str] | None = None,
    overwrite: bool = False,
) -> Project:
    """Write a dbt project on a scenario's tables.

    Parameters
    ----------
    scenario
        Name of a shipped scenario, or path of a YAML file.
    directory
        Where the project goes.
    adapter
        One of `footfall.dbt.location.ADAPTERS`; where not given, that of `data`.
    source
        One of `footfall.dbt.location.SOURCES`; where not given, what `data` holds.
    data
        Directory of a data set, or a database's address as `footfall load` takes it; where not given,
        `data/<scenario>`, and for PostgreSQL whichever server the environment names. What the manifest
        there says of the scenario and its tables holds; where there is none, the scenario itself does.
    schema
        Where in a database.
    tables
        Those that the project shall know; where not given, all of the data set, or all but those on request.

    Raises
    ------
    FootfallError
        The scenario, the data or the place is not allowed, or a text of the scenario would be run by dbt;
        nothing was written.
    """
    for word, given, known in (("--adapter", adapter, ADAPTERS), ("--source", source, SOURCES)):
        if given is not None and given not in known:
            raise RequestError(f"{word} {given}: must be one of {', '.join(known)}")
    wanted = load(scenario)
    if adapter == "postgres" or (data and is_database(data)):
        manifest, location = _in_database(adapter, source, data, schema, directory)
        waits_for = None
    else:
        lies_in = Path(data) if data else Path("data") / Path(scenario).stem
        there = (lies_in / MANIFEST_DIRECTORY / MANIFEST_FILE).is_file()
        manifest = Manifest.read(lies_in) if there else None
        location = in_directory(lies_in, directory, manifest, source)
        waits_for = None if lies_in.exists() else lies_in
    published = _published(wanted, tables, manifest)
    _refuse_jinja(published.scenario)
    files = render(published, location)
    place.write(directory, files, overwrite=overwrite)
    return Project(directory, location, tuple(files), waits_for)


def _in_database(
    adapter: str | None, source: str | None, data: str | None, schema: str, directory: Path
) -> tuple[Manifest | None, Location]:
    if data and not is_database(data):
        raise RequestError(
            f"--data {data}: PostgreSQL reads no files; load the tables there with `footfall load`, "
            "and name its address, or leave --data out"
        )
    if source not in (None, "database"):
        raise RequestError(f"--source {source}: a database is asked for; leave --source out")
    if not data:
        return None, in_postgres(None, schema)
    database = database_at(data)
    kind = "duckdb" if database.kind == "duckdb" else "postgres"
    if adapter not in (None, kind):
        raise RequestError(f"--adapter {adapter}: --data names a database of another kind, {database.shown}")
    with opened(data, schema) as source_of_rows:
        manifest = source_of_rows.manifest
    if kind == "duckdb":
        return manifest, in_duckdb(database, schema, directory)
    return manifest, in_postgres(database, schema)


def _published(wanted: Scenario, tables: Sequence[str] | None, manifest: Manifest | None) -> Published:
    if manifest is None:
        return Published(wanted, wanted.publishing(tables), wanted.first_day, wanted.last_day)
    try:
        made = bent(Scenario.model_validate(manifest.scenario), manifest.solved)
    except ValidationError as error:
        raise DataError(f"the manifest's scenario is not valid: {error.errors()[0]['msg']}") from error
    if made.name != wanted.name:
        raise RequestError(f"the data are of the scenario {made.name}, not {wanted.name}; name other --data")
    missing = [name for name in tables or () if name not in manifest.tables]
    if missing:
        raise RequestError(f"--tables {missing[0]}: the data hold {', '.join(manifest.tables)}")
    chosen = list(tables or manifest.tables)
    first, last = dt.date.fromisoformat(manifest.first), dt.date.fromisoformat(manifest.last)
    if manifest.options.get("as_of"):
        last = max(last, made.last_day)  # the other days are still to come
    return Published(made, made.publishing(chosen), first, last)


def _refuse_jinja(scenario: Scenario) -> None:
    """Refuse words of a scenario that dbt would run: its Jinja reads databases and the environment.

    Scenarios are shared between people, and words come to stand in models, tests and descriptions. SQL of
    columns and checks doesn't.
    """
    waiting: list[tuple[str, Any]] = [("", scenario.model_dump(mode="json", by_alias=True))]
    while waiting:
        key, here = waiting.pop()
        if isinstance(here, dict):
            waiting += [(f"{key}.{name}", part) for name, part in here.items() if name != "sql"]
            waiting += [(key, name) for name in here if isinstance(name, str)]
        elif isinstance(here, list):
            waiting += [(key, part) for part in here]
        elif isinstance(here, str) and (found := _JINJA.search(here)):
            raise RequestError(
                f"{scenario.name}: {key.lstrip('.')} holds {found[0]!r}, which dbt would run as its own "
                "language; no project is written with it, so write that otherwise"
            )
