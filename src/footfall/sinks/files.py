"""CSV and Parquet: a file a table."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from footfall.core.arrays import to_numpy
from footfall.core.errors import DataError
from footfall.core.schema import Kind, TableSpec
from footfall.sinks.base import Manifest

ROW_GROUP_ROWS = 122_880
"""Rows that are gathered into a row group, which is what readers fetch and skip by."""

_DAY = 86_400


def timestamp_texts(times: pa.Array) -> pa.Array:
    """Give timestamps to the second as text, 2025-01-01T06:00:12; Arrow itself would print a blank.

    >>> timestamp_texts(pa.array([0, 86_399], pa.timestamp("s"))).to_pylist()
    ['1970-01-01T00:00:00', '1970-01-01T23:59:59']
    """
    seconds = to_numpy(times.cast(pa.int64()))
    days = seconds // _DAY
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    dates = np.datetime_as_string(np.arange(first, last + 1).astype("datetime64[D]")).astype("S10")
    # Copied as machine words, which is several times quicker than as strings: YYYY-MM-, DD, T, HH:MM:SS.
    date_words = dates.view([("month", "u8"), ("day", "u2")])
    texts = np.empty(len(seconds), dtype=[("month", "u8"), ("day", "u2"), ("t", "u1"), ("clock", "u8")])
    places = days - first
    texts["month"] = np.ascontiguousarray(date_words["month"])[places]
    texts["day"] = np.ascontiguousarray(date_words["day"])[places]
    texts["t"] = ord("T")
    texts["clock"] = _clock().view("u8")[seconds - days * _DAY]
    ends = np.arange(len(seconds) + 1, dtype=np.int32) * np.int32(texts.itemsize)
    return pa.StringArray.from_buffers(len(seconds), pa.py_buffer(ends), pa.py_buffer(texts))


_clocks: list[np.ndarray[tuple[int, ...], np.dtype[np.bytes_]]] = []


def _clock() -> np.ndarray[tuple[int, ...], np.dtype[np.bytes_]]:
    """HH:MM:SS of every second of a day, made once."""
    if not _clocks:
        second = np.arange(_DAY)
        letters = np.full((_DAY, 8), ord(":"), dtype=np.uint8)
        for place, number in ((0, second // 3600), (3, second // 60 % 60), (6, second % 60)):
            letters[:, place] = ord("0") + number // 10
            letters[:, place + 1] = ord("0") + number % 10
        _clocks.append(letters.view("S8").ravel())
    return _clocks[0]


class TableWriter(Protocol):
    """Writes the batches of one table to one file."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""

    def close(self) -> int:
        """Finish the file and give the number of rows that it says it holds."""


class CsvTable:
    """RFC 4180 in UTF-8, a header without quotes, and quotes only in tables with free text."""

    suffix = "csv"

    def __init__(self, path: Path, spec: TableSpec) -> None:
        import pyarrow.csv as pc  # noqa: PLC0415 - only where CSV is written

        self._times = [i for i, c in enumerate(spec.columns) if c.kind == Kind.TIMESTAMP]
        types = [pa.string() if c.kind == Kind.TIMESTAMP else c.arrow_type for c in spec.columns]
        self._schema = pa.schema([(c.name, t) for c, t in zip(spec.columns, types, strict=True)])
        has_text = any(c.kind == Kind.TEXT for c in spec.columns)
        self._rows = 0
        self._file = pa.OSFile(str(path), "wb")
        self._file.write((",".join(self._schema.names) + "\n").encode())
        # Without free text no value needs a quote, and Arrow refuses one that would.
        options = pc.WriteOptions(
            include_header=False, quoting_style="needed" if has_text else "none", batch_size=8192
        )
        self._writer = pc.CSVWriter(self._file, self._schema, write_options=options)

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        columns = batch.columns
        for i in self._times:
            columns[i] = timestamp_texts(columns[i])
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))
        self._rows += batch.num_rows

    def close(self) -> int:
        """Finish the file; a CSV file says nothing about its rows, so they are those written."""
        with self._file:  # closed in any case, or a full disk would stay in use
            self._writer.close()
        return self._rows


def documented(spec: TableSpec) -> pa.Schema:
    """Arrow schema with the specification's words as metadata of fields and table."""
    fields = []
    for column, field in zip(spec.columns, spec.arrow_schema, strict=True):
        words = {"description": column.text, "unit": column.unit, "kind": str(column.kind)}
        if column.references:
            words["references"] = ".".join(column.references)
        fields.append(field.with_metadata({k: v for k, v in words.items() if v}))
    return pa.schema(fields, metadata={"table": spec.name, "grain": spec.grain, "key": ",".join(spec.key)})


class ParquetTable:
    """Parquet with zstd, money as 64-bit integers inside, and dictionaries where values repeat."""

    suffix = "parquet"

    def __init__(self, path: Path, spec: TableSpec) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 - only where Parquet is written

        repeating = (Kind.CODE, Kind.MONTH, Kind.FRACTION, Kind.DATE)
        numbers = [c.name for c in spec.columns if c.kind == Kind.INTEGER and c.name not in spec.key]
        dictionary = [c.name for c in spec.columns if c.kind in repeating] + numbers
        self._path = path
        self._schema = documented(spec)
        self._held: list[pa.RecordBatch] = []
        self._held_rows = 0
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pq.ParquetWriter(
            self._file,
            self._schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=dictionary,
            store_decimal_as_integer=True,
        )

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows; they are held until a row group is full."""
        self._held.append(pa.RecordBatch.from_arrays(batch.columns, schema=self._schema))
        self._held_rows += batch.num_rows
        if self._held_rows >= ROW_GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._held_rows:
            held = pa.Table.from_batches(self._held, schema=self._schema)
            self._writer.write_table(held, row_group_size=8 * ROW_GROUP_ROWS)
        self._held.clear()
        self._held_rows = 0

    def close(self) -> int:
        """Finish the file and read its footer back."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - only where Parquet is written

        with self._file:  # closed in any case, or a full disk would stay in use
            self._flush()
            self._writer.close()
        return int(pq.read_metadata(self._path).num_rows)


def check_rows(table: str, manifest: Manifest, rows: int) -> None:
    """Refuse to publish a table that holds other rows than its manifest says."""
    if table not in manifest.tables or manifest.tables[table].rows != rows:
        raise DataError(
            f"table '{table}' holds {rows} rows and its manifest says otherwise; nothing is published"
        )


def writer_of(format: str) -> type[CsvTable | ParquetTable]:  # noqa: A002 - the word that users know
    """Give the writer of a format."""
    return CsvTable if format == "csv" else ParquetTable
