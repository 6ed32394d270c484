"""What every sink promises, what it leaves beside the data, and where a format's code is found."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from footfall.core.errors import DataError, RequestError
from footfall.core.schema import TableSpec

if TYPE_CHECKING:
    from footfall.sinks.part_files import PartFiles, Written

FORMATS = ("csv", "parquet", "duckdb")
DATABASES = ("duckdb", "postgresql")
MANIFEST_DIRECTORY = "_footfall"
MANIFEST_FILE = "manifest.json"
MADE_BY = "footfall"
MANIFEST_VERSION = 3
_EARLIER_VERSIONS = (1, 2)


@dataclass(frozen=True)
class TableRecord:
    """What a table holds: rows, content hash, and the files beside the manifest that hold it."""

    rows: int
    content_hash: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """All that is needed to make a data set again and to tell whether it is the same.

    No times and no paths: the same request gives the same manifest, byte for byte.
    """

    footfall_version: str
    scenario: dict[str, Any]
    fingerprint: str
    seed: int
    scale: float
    first: str
    last: str
    format: str
    options: dict[str, Any]
    solved: dict[str, float]
    tables: dict[str, TableRecord]
    findings: list[dict[str, Any]]

    @property
    def files(self) -> frozenset[str]:
        """Names of all data files, relative to the data set; part files lie in a directory a table."""
        return frozenset(name for table in self.tables.values() for name in table.files)

    @property
    def entries(self) -> frozenset[str]:
        """Names of the files and directories at the top of the data set."""
        return frozenset(name.split("/")[0] for name in self.files)

    def to_json(self) -> str:
        """Give the manifest as indented JSON."""
        said = {"made_by": MADE_BY, "manifest_version": MANIFEST_VERSION, **dataclasses.asdict(self)}
        return json.dumps(said, indent=2, ensure_ascii=False) + "\n"

    def write(self, directory: Path) -> None:
        """Write `_footfall/manifest.json` into a directory."""
        path = directory / MANIFEST_DIRECTORY / MANIFEST_FILE
        path.parent.mkdir(exist_ok=True)
        draft = path.with_suffix(".draft")  # renamed, so that whoever finds a manifest can trust it
        draft.write_text(self.to_json(), encoding="utf-8", newline="\n")
        draft.replace(path)

    @classmethod
    def read(cls, directory: Path, *, earlier: bool = False) -> Manifest:
        """Read the manifest of a data set.

        Parameters
        ----------
        earlier
            Whether one of an earlier version will do, as it does to replace its data set.

        Raises
        ------
        RequestError
            There is none: the directory is not a data set of Footfall's.
        DataError
            It is broken, or something else wrote it.
        """
        path = Path(directory) / MANIFEST_DIRECTORY / MANIFEST_FILE
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            raise RequestError(
                f"{directory} holds no data set of Footfall's; "
                f"{MANIFEST_DIRECTORY}/{MANIFEST_FILE} is missing"
            ) from None
        except OSError as error:
            raise RequestError(f"{path} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise DataError(f"{path} is broken: {error}; generate the data again") from None
        return cls.parsed(text, str(path), earlier=earlier)

    @classmethod
    def parsed(cls, text: str, place: str, *, earlier: bool = False) -> Manifest:
        """Take a manifest from its text; `place` names it in messages.

        Raises
        ------
        DataError
            It is broken, or something else wrote it.
        """
        try:
            said = json.loads(text)
        except ValueError as error:
            raise DataError(f"{place} is broken: {error}; generate the data again") from None
        if not isinstance(said, dict) or said.pop("made_by", None) != MADE_BY:
            raise DataError(f"{place} was not written by Footfall")
        version = said.pop("manifest_version", None)
        if version != MANIFEST_VERSION and not (earlier and version in _EARLIER_VERSIONS):
            raise DataError(
                f"{place} has version {version}; this Footfall reads version {MANIFEST_VERSION}; "
                "generate the data again"
            )
        return cls._checked(said, place)

    @classmethod
    def _checked(cls, said: dict[str, Any], path: str) -> Manifest:
        kinds: dict[str, type | tuple[type, ...]] = {
            "footfall_version": str, "scenario": dict, "fingerprint": str, "seed": int, "scale": (int, float),
            "first": str, "last": str, "format": str, "options": dict, "solved": dict, "tables": dict,
            "findings": list,
        }  # fmt: skip
        for name, kind in kinds.items():
            if not isinstance(said.get(name), kind):
                raise DataError(f"{path} is broken: '{name}' is missing or of the wrong type")
        for name in said:
            if name not in kinds:
                raise DataError(f"{path} is broken: '{name}' is not known")
        known = sorted({*FORMATS, *DATABASES})
        if said["format"] not in known:
            raise DataError(f"{path} names the format '{said['format']}'; known are {', '.join(known)}")
        tables = {}
        for name, table in said["tables"].items():
            try:
                tables[name] = TableRecord(
                    int(table["rows"]), str(table["content_hash"]), tuple(map(str, table["files"]))
                )
            except (KeyError, TypeError, ValueError):
                raise DataError(
                    f"{path} is broken: table '{name}' lacks rows, content_hash or files"
                ) from None
            if any(file not in {Path(file).name, f"{name}/{Path(file).name}"} for file in tables[name].files):
                raise DataError(f"{path} is broken: table '{name}' names a file outside of the directory")
        return cls(**{**said, "tables": tables})


class Sink(Protocol):
    """Takes batches of all tables, and shows either all of them or nothing.

    A sink is used by one thread. Tables and rows may come in any order and interleaved.
    """

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Add rows, in exactly the table's Arrow schema."""

    def part_files(self) -> PartFiles | None:
        """Where worker processes may write part files; None where all rows go through `write`."""

    def take(self, written: Sequence[Written]) -> None:
        """Take in part files that were written beside the sink, in order."""

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read a table back as it will be published; nothing may be written afterwards."""

    @property
    def beside(self) -> Path | None:
        """Directory for what is needed until then, which is gone afterwards; None where there is none."""

    def publish(self, manifest: Manifest) -> None:
        """Close and count what was written, and make it visible in one step; nothing may follow."""

    def abort(self) -> None:
        """Remove every trace; harmless after `publish` and when called twice."""

    def files(self, table: str) -> tuple[str, ...]:
        """Names of the files that hold a table, relative to the directory."""


def _known(format: str) -> str:  # noqa: A002 - the word that the command line uses
    if format not in FORMATS:
        raise RequestError(f"format '{format}' is not known; choose one of {', '.join(FORMATS)}")
    return format


def open_sink(
    format: str,  # noqa: A002 - the word that the command line uses
    directory: Path,
    scenario_name: str,
    specs: Sequence[TableSpec],
    *,
    overwrite: bool,
    in_parts: frozenset[str] = frozenset(),
) -> Sink:
    """Claim a place and open a sink there; every refusal that can be foreseen comes now.

    Parameters
    ----------
    format
        One of `FORMATS`.
    directory
        Becomes the data set's directory; parents are made as needed.
    scenario_name
        Names the file of a format that keeps all tables in one.
    specs
        The tables that will be written.
    overwrite
        Whether an earlier data set of Footfall's in this place may be replaced.
    in_parts
        Tables that are too big for one file.

    Raises
    ------
    OutputError
        The place is taken or cannot be written.
    """
    # Formats are imported when used: their libraries cost tens of milliseconds each.
    if _known(format) == "duckdb":
        from footfall.sinks.duckdb_file import DuckdbFileSink  # noqa: PLC0415 - see above

        return DuckdbFileSink(directory, scenario_name, specs, overwrite=overwrite, in_parts=in_parts)
    from footfall.sinks.directory import FileSink  # noqa: PLC0415 - see above

    return FileSink(format, directory, specs, overwrite=overwrite, in_parts=in_parts)


def read_batches(directory: Path, manifest: Manifest, spec: TableSpec) -> Iterator[pa.RecordBatch]:
    """Read a published table, batch by batch, in exactly the Arrow schema of its specification.

    Raises
    ------
    DataError
        A file is missing or is not what the specification says, with file, column and value.
    """
    record = manifest.tables.get(spec.name)
    if record is None:
        raise DataError(f"the manifest in {directory} lists no table '{spec.name}'")
    paths = [Path(directory) / name for name in record.files]
    for path in paths:
        if not path.is_file():
            raise DataError(f"{path} is missing; the manifest lists it for '{spec.name}'")
    if _known(manifest.format) == "duckdb":
        from footfall.sinks.duckdb_file import read_duckdb as read  # noqa: PLC0415 - see above
    elif manifest.format == "csv":
        from footfall.sinks.reading import read_csv as read  # noqa: PLC0415 - see above
    else:
        from footfall.sinks.reading import read_parquet as read  # noqa: PLC0415 - see above
    for path in paths:
        yield from read(path, spec)
