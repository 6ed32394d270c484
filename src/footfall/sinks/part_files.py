"""Part files of tables that are too big for one: DIR/<table>/part-00000.<suffix>, written by any process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from footfall.core.schema import TableSpec
from footfall.sinks.files import TableWriter, writer_of
from footfall.sinks.staging import explained


@dataclass(frozen=True)
class WrittenFile:
    """A file that is closed: its name relative to the data set, and how many rows it says it holds."""

    name: str
    rows: int


@dataclass(frozen=True)
class PartFiles:
    """Where and how part files are written; picklable, so that worker processes write them.

    Attributes
    ----------
    directory : Path
        The data set in the making.
    shown : Path
        The place as the user wrote it, for messages.
    format : str
    specs : tuple of TableSpec
        Tables that lie in part files and are made part by part.
    """

    directory: Path
    shown: Path
    format: str
    specs: tuple[TableSpec, ...]

    @contextmanager
    def open(self, number: int) -> Iterator[PartWriter]:
        """Open the files of this number, and close them, or leave none open where something fails."""
        writer = PartWriter(self, number)
        try:
            yield writer
        except BaseException:
            writer.abort()
            raise


class PartWriter:
    """The files of one number, a table each."""

    def __init__(self, place: PartFiles, number: int) -> None:
        self._place = place
        self._names: dict[str, str] = {}
        self._writers: dict[str, TableWriter] = {}
        kind = writer_of(place.format)
        with explained(place.shown):
            for spec in place.specs:
                name = f"{spec.name}/part-{number:05}.{kind.suffix}"
                (place.directory / spec.name).mkdir(exist_ok=True)
                self._writers[spec.name] = kind(place.directory / name, spec)
                self._names[spec.name] = name

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Add rows, in exactly the table's Arrow schema."""
        with explained(self._place.shown):
            self._writers[table].write(batch)

    def close(self) -> dict[str, WrittenFile]:
        """Finish the files; by table, what was written."""
        written = {}
        with explained(self._place.shown):
            for table in list(self._writers):
                rows = self._writers[table].close()
                del self._writers[table]
                written[table] = WrittenFile(self._names[table], rows)
        return written

    def abort(self) -> None:
        """Let go of the files; the data set in the making is removed by its sink."""
        for writer in self._writers.values():
            with suppress(OSError, pa.ArrowException, ValueError):  # a full disk refuses the last bytes too
                writer.close()
        self._writers.clear()


Written = Mapping[str, WrittenFile]
