"""The story of `footfall dbt`: find out what is published and where it lies, render, write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from footfall.core.errors import DataError, RequestError
from footfall.dbt import place
from footfall.dbt.location import ADAPTERS, SOURCES, Location, locate
from footfall.dbt.published import Published
from footfall.dbt.rendering import render
from footfall.scenario.load import load
from footfall.scenario.model import Scenario
from footfall.sinks.base import MANIFEST_DIRECTORY, MANIFEST_FILE, Manifest


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
    adapter: str = "duckdb",
    source: str | None = None,
    data: Path | None = None,
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
        One of `footfall.dbt.location.ADAPTERS`.
    source
        One of `footfall.dbt.location.SOURCES`; where not given, what `data` holds, or what the adapter reads.
    data
        Directory of the data set, or a loaded DuckDB file; `data/<scenario>` where not given. What its
        manifest says of the scenario and its tables holds; where there is none yet, the scenario itself does.
    tables
        The tables that are loaded; those of the data set, or all but those on request, where not given.

    Raises
    ------
    FootfallError
        The scenario, the data or the place is not allowed; nothing was written.
    """
    for word, given, known in (("--adapter", adapter, ADAPTERS), ("--source", source, SOURCES)):
        if given is not None and given not in known:
            raise RequestError(f"{word} {given}: must be one of {', '.join(known)}")
    wanted = load(scenario)
    if adapter == "postgres" and data is not None:
        raise RequestError(
            f"--data {data}: PostgreSQL reads no files; leave it out, and load the tables there"
        )
    lies_in = data if data is not None else Path("data") / Path(scenario).stem
    manifest = _manifest(lies_in) if adapter == "duckdb" else None
    if adapter == "duckdb" and source == "database" and not (data or manifest):
        raise RequestError("--source database: name the DuckDB file that holds the tables by --data")
    published = _published(wanted, tables, lies_in, manifest)
    location = locate(adapter, source, lies_in, directory, manifest)
    files = render(published, location)
    place.write(directory, files, overwrite=overwrite)
    waits_for = lies_in if adapter == "duckdb" and not lies_in.exists() else None
    return Project(directory, location, tuple(files), waits_for)


def _manifest(data: Path) -> Manifest | None:
    if not (data / MANIFEST_DIRECTORY / MANIFEST_FILE).is_file():
        return None
    return Manifest.read(data)


def _published(
    wanted: Scenario, tables: Sequence[str] | None, data: Path, manifest: Manifest | None
) -> Published:
    if manifest is None:
        return Published(wanted, wanted.publishing(tables), wanted.first_day, wanted.last_day)
    try:
        made = Scenario.model_validate(manifest.scenario)
    except ValidationError as error:
        raise DataError(
            f"{data}: the manifest's scenario is not valid: {error.errors()[0]['msg']}"
        ) from error
    if made.name != wanted.name:
        raise RequestError(f"{data} holds the scenario {made.name}, not {wanted.name}; name other --data")
    missing = [name for name in tables or () if name not in manifest.tables]
    if missing:
        raise RequestError(f"--tables {missing[0]}: {data} holds {', '.join(manifest.tables)}")
    chosen = list(tables or manifest.tables)
    first, last = dt.date.fromisoformat(manifest.first), dt.date.fromisoformat(manifest.last)
    return Published(made, made.publishing(chosen), first, last)
