"""CSV and Parquet: a file a table."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from footfall.core.arrays import from_numpy, from_words
from footfall.core.errors import DataError
from footfall.core.schema import TableSpec
from footfall.core.vocabulary import Kind
from footfall.sinks.base import Manifest
from footfall.sinks.csv_text import ROWS_AT_ONCE, RowText, timestamp_texts
from footfall.sinks.short_codes import ShortCodes

ROW_GROUP_ROWS = 122_880
"""Rows that are gathered into a row group, which is what readers fetch and skip by."""

LEAST_ROWS = 1 << 16
"""Rows of a file from which on the tables that CSV text is taken from pay for themselves."""


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
        self._text = RowText.of(spec)
        self._file = pa.OSFile(str(path), "wb")
        self._file.write((",".join(self._schema.names) + "\n").encode())
        # Without free text no value needs a quote, and Arrow refuses one that would.
        options = pc.WriteOptions(
            include_header=False, quoting_style="needed" if has_text else "none", batch_size=8192
        )
        self._writer = pc.CSVWriter(self._file, self._schema, write_options=options)

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        self._rows += batch.num_rows
        if self._text is None or self._rows < LEAST_ROWS:
            self._write_by_arrow(batch)
            return
        for start in range(0, batch.num_rows, ROWS_AT_ONCE):
            rows = batch.slice(start, ROWS_AT_ONCE)
            text = self._text.of_rows(rows)
            if text is None:
                self._write_by_arrow(rows)
            else:
                self._file.write(text)

    def _write_by_arrow(self, batch: pa.RecordBatch) -> None:
        columns = batch.columns
        for i in self._times:
            columns[i] = timestamp_texts(columns[i])
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

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


_PACKED = (Kind.INTEGER, Kind.MONEY, Kind.DATE, Kind.TIMESTAMP)
_REPEATING = (Kind.CODE, Kind.MONTH, Kind.FRACTION)
_PRICES = ("unit_price", "list_price")  # money of few amounts
_UNORDERED = (Kind.CODE, Kind.BOOLEAN, Kind.TEXT)


class ParquetTable:
    """Parquet with an encoding for each kind of values; only free text is compressed besides.

    Whole numbers, money and times are packed as differences, and what repeats by dictionaries. That is
    smaller than zstd was without, takes half the time, and every reader of the last years knows it.
    """

    suffix = "parquet"

    def __init__(self, path: Path, spec: TableSpec) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 - only where Parquet is written

        dictionary = [c.name for c in spec.columns if c.kind in _REPEATING or c.field in _PRICES]
        packed = [c.name for c in spec.columns if c.kind in _PACKED and c.name not in dictionary]
        compressed = (Kind.TEXT, Kind.NUMBER)
        self._path = path
        self._schema = documented(spec)
        self._codes = {
            i: (codes, from_words(column.values))
            for i, column in enumerate(spec.columns)
            if column.kind is Kind.CODE and (codes := ShortCodes.of(column.values))
        }
        self._written = self._schema
        for i in self._codes:
            field = self._schema.field(i)
            self._written = self._written.set(i, field.with_type(pa.dictionary(pa.int32(), pa.string())))
        self._held: list[pa.RecordBatch] = []
        self._held_rows = 0
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pq.ParquetWriter(
            self._file,
            self._written,
            compression={c.name: "zstd" if c.kind in compressed else "none" for c in spec.columns},
            compression_level={c.name: 1 for c in spec.columns if c.kind in compressed} or None,
            use_dictionary=dictionary,
            column_encoding=dict.fromkeys(packed, "DELTA_BINARY_PACKED"),
            # The least and largest word of a row group would cost as much as the words, and tell nothing.
            write_statistics=[c.name for c in spec.columns if c.kind not in _UNORDERED],
            store_decimal_as_integer=True,
            store_schema=False,
        )
        # Readers are told that codes are strings, however they came here.
        told = {"ARROW:schema": b64encode(self._schema.serialize()).decode()}
        self._writer.add_key_value_metadata({**(self._schema.metadata or {}), **told})

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows; they are held until a row group is full."""
        columns = batch.columns
        for i, (codes, words) in self._codes.items():
            places = codes.places(columns[i])
            if places is None:
                columns[i] = columns[i].dictionary_encode()
            else:
                indices = from_numpy(places, pa.int32())
                columns[i] = pa.DictionaryArray.from_arrays(indices, words, safe=False)
        self._held.append(pa.RecordBatch.from_arrays(columns, schema=self._written))
        self._held_rows += batch.num_rows
        if self._held_rows >= ROW_GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._held_rows:
            held = pa.Table.from_batches(self._held, schema=self._written)
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
    """Refuse to publish a table that holds other rows than its manifest says.

    Raises
    ------
    DataError
        The numbers of rows differ.
    """
    if table not in manifest.tables or manifest.tables[table].rows != rows:
        raise DataError(
            f"table '{table}' holds {rows} rows and its manifest says otherwise; nothing is published"
        )


def writer_of(format: str) -> type[CsvTable | ParquetTable]:  # noqa: A002 - the word that users know
    """Give the writer of a format."""
    return CsvTable if format == "csv" else ParquetTable
