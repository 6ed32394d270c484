"""A directory with a file a table, and a directory of part files for each table that is too big for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from footfall.core.schema import TableSpec
from footfall.sinks.base import Manifest
from footfall.sinks.datapackage import write_descriptor
from footfall.sinks.files import TableWriter, check_rows, writer_of
from footfall.sinks.part_files import PartFiles, Written
from footfall.sinks.reading import read_csv, read_parquet
from footfall.sinks.staging import Staging, explained

ROWS_A_FILE = 1 << 20


class FileSink:
    """Writes tables into files, and shows all of them or none.

    Parameters
    ----------
    format
        "csv" or "parquet".
    directory, specs, overwrite, in_parts
        As in :func:`footfall.sinks.base.open_sink`.
    """

    def __init__(
        self,
        format: str,  # noqa: A002 - the word that the command line uses
        directory: Path,
        specs: Sequence[TableSpec],
        *,
        overwrite: bool,
        in_parts: frozenset[str] = frozenset(),
    ) -> None:
        self._format, self._in_parts = format, in_parts
        self._kind = writer_of(format)
        self._specs = {spec.name: spec for spec in specs}
        names = [s.name if s.name in in_parts else f"{s.name}.{self._kind.suffix}" for s in specs]
        self._staging = Staging(directory, names, overwrite=overwrite)
        self._writers: dict[str, TableWriter] = {}
        self._files: dict[str, list[str]] = {spec.name: [] for spec in specs}
        self._rows: dict[str, int] = dict.fromkeys(self._specs, 0)
        self._in_file: dict[str, int] = dict.fromkeys(self._specs, 0)
        try:
            with explained(directory):
                for spec in specs:
                    if spec.name not in in_parts:
                        self._open(spec.name)
        except BaseException:
            self.abort()
            raise

    def _open(self, table: str) -> None:
        name = f"{table}.{self._kind.suffix}"
        if table in self._in_parts:
            (self._staging.path / table).mkdir(exist_ok=True)
            name = f"{table}/part-{len(self._files[table]):05}.{self._kind.suffix}"
        self._writers[table] = self._kind(self._staging.path / name, self._specs[table])
        self._files[table].append(name)

    def _close(self, table: str) -> None:
        self._rows[table] += self._writers[table].close()
        self._in_file[table] = 0
        del self._writers[table]

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Add rows, in exactly the table's Arrow schema; a full part file is followed by the next."""
        with explained(self._staging.shown):
            if table not in self._writers:
                self._open(table)
            self._writers[table].write(batch)
            self._in_file[table] += batch.num_rows
            if table in self._in_parts and self._in_file[table] >= ROWS_A_FILE:
                self._close(table)

    def part_files(self) -> PartFiles | None:
        """Where workers write orders and lines; None where these tables lie in one file each."""
        specs = tuple(s for s in self._specs.values() if s.name in self._in_parts and s.keyed_by_order)
        return PartFiles(self._staging.path, self._staging.shown, self._format, specs) if specs else None

    def take(self, written: Sequence[Written]) -> None:
        """Take in the part files that workers wrote, in order."""
        for files in written:
            for table, file in files.items():
                self._files[table].append(file.name)
                self._rows[table] += file.rows

    def _close_all(self) -> None:
        for table in list(self._writers):
            self._close(table)

    def batches(self, spec: TableSpec) -> Iterator[pa.RecordBatch]:
        """Read the files of a table."""
        with explained(self._staging.shown):
            self._close_all()
        read = read_csv if self._format == "csv" else read_parquet
        for name in self._files[spec.name]:
            yield from read(self._staging.path / name, spec)

    @property
    def beside(self) -> Path:
        """Directory in which the data set grows."""
        return self._staging.path

    def publish(self, manifest: Manifest) -> None:
        """Close and count the files and rename their directory."""
        with explained(self._staging.shown):
            self._close_all()
            for table, rows in self._rows.items():
                check_rows(table, manifest, rows)
            if self._format == "csv":  # Parquet says for itself what it holds
                files = {name: self.files(name) for name in self._specs}
                write_descriptor(self._staging.path, list(self._specs.values()), files, manifest.scenario)
        self._staging.publish(manifest)

    def abort(self) -> None:
        """Remove every trace."""
        for writer in self._writers.values():
            with suppress(OSError, pa.ArrowException, ValueError):  # a full disk refuses the last bytes too
                writer.close()
        self._writers.clear()
        self._staging.abort()

    def files(self, table: str) -> tuple[str, ...]:
        """Names of the table's files."""
        return tuple(self._files[table])
