"""Published files back to batches in exactly the published schema; every deviation is named."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from footfall.core.errors import DataError
from footfall.core.schema import ARROW_TYPES, TableSpec
from footfall.core.vocabulary import Kind

BATCH_ROWS = 65_536


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _one_line(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))


def check_names(path: Path | str, spec: TableSpec, found: Sequence[str]) -> None:
    """Compare the columns of a file with those published: missing, extra, renamed or swapped.

    Raises
    ------
    DataError
        They differ; all that is missing or too much is named.
    """
    wanted = [c.name for c in spec.columns]
    if list(found) == wanted:
        return
    missing = [name for name in wanted if name not in found]
    extra = [name for name in found if name not in wanted]
    said = []
    if missing:
        said.append(f"column {_listed(missing)} is missing")
    if extra:
        said.append(f"column {_listed(extra)} is not in '{spec.name}'")
    if not said:
        place = next((i for i, (a, b) in enumerate(zip(found, wanted, strict=False)) if a != b), len(wanted))
        if place < len(wanted):
            said.append(f"column {place + 1} is '{found[place]}' and should be '{wanted[place]}'")
        else:
            said.append(f"column '{found[place]}' comes twice")
    raise DataError(f"{path}: {'; '.join(said)}")


def _fits(kind: Kind, found: pa.DataType) -> bool:
    """Whether a type is another width of the published one; anything else was tampered with."""
    types = pa.types
    if kind in (Kind.MONEY, Kind.FRACTION):
        return bool(types.is_decimal(found)) and found.scale == ARROW_TYPES[kind].scale
    if kind == Kind.TIMESTAMP:
        return bool(types.is_timestamp(found)) and found.tz is None
    test = {
        Kind.INTEGER: types.is_integer,
        Kind.NUMBER: types.is_floating,
        Kind.BOOLEAN: types.is_boolean,
        Kind.DATE: types.is_date,
    }.get(kind, lambda t: types.is_string(t) or types.is_large_string(t) or types.is_dictionary(t))
    return bool(test(found))


def check_types(path: Path | str, spec: TableSpec, schema: pa.Schema) -> None:
    """Compare names and types of a typed file with those published.

    Raises
    ------
    DataError
        A name or type differs.
    """
    check_names(path, spec, schema.names)
    for column, field in zip(spec.columns, schema, strict=True):
        if not _fits(column.kind, field.type):
            raise DataError(
                f"{path}: column '{column.name}' is {field.type} and should be {column.arrow_type}"
            )


def conform(path: Path | str, spec: TableSpec, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Cast a batch to the published schema, losslessly and without nulls.

    Raises
    ------
    DataError
        A value is null, or doesn't fit.
    """
    columns = []
    for column, values in zip(spec.columns, batch.columns, strict=True):
        if values.null_count:
            raise DataError(f"{path}: column '{column.name}' has {values.null_count} missing values (null)")
        try:
            columns.append(values.cast(column.arrow_type))
        except pa.ArrowInvalid as error:
            raise DataError(f"{path}: column '{column.name}': {error}") from None
    return pa.RecordBatch.from_arrays(columns, schema=spec.arrow_schema)


def _header(path: Path, spec: TableSpec) -> int:
    """Check the first line of a CSV file; give the number of bytes before its first row."""
    with path.open("rb") as file:
        line = file.readline(1 << 20)
    try:
        names = next(csv.reader([line.decode("utf-8-sig").rstrip("\r\n")]), [])
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text") from None
    check_names(path, spec, names)
    return len(line)


def _csv_error(path: Path, spec: TableSpec, error: Exception) -> DataError:
    said = _one_line(error)
    place = re.search(r"In CSV column #(\d+): (?:Row #\d+: )?", said)
    if not place:
        return DataError(f"{path}: {said}")
    return DataError(f"{path}: column '{spec.columns[int(place[1])].name}': {said[place.end() :]}")


def read_csv(path: Path, spec: TableSpec) -> Iterator[pa.RecordBatch]:
    """Read a CSV file in blocks.

    Raises
    ------
    DataError
        Its header or a value is not as published.
    """
    import pyarrow.csv as pc  # noqa: PLC0415 - only where CSV is read

    types = {
        c.name: pa.decimal128(t.precision, t.scale) if pa.types.is_decimal(t := c.arrow_type) else t
        for c in spec.columns
    }
    size = path.stat().st_size
    start = _header(path, spec)
    if size == start:
        return
    has_text = any(c.kind == Kind.TEXT for c in spec.columns)
    try:
        # Only an empty field is a null, and only where it is not text: "NA" is nobody's number.
        reader = pc.open_csv(
            pa.OSFile(str(path)),
            read_options=pc.ReadOptions(block_size=1 << 22),
            parse_options=pc.ParseOptions(newlines_in_values=has_text, ignore_empty_lines=False),
            convert_options=pc.ConvertOptions(
                column_types=types, null_values=[""], true_values=["true"], false_values=["false"]
            ),
        )
        for batch in reader:
            yield conform(path, spec, batch)
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise _csv_error(path, spec, error) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from None


def read_parquet(path: Path, spec: TableSpec) -> Iterator[pa.RecordBatch]:
    """Read a Parquet file in batches.

    Raises
    ------
    DataError
        It is no Parquet file, or its columns, types or values are not those published.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - only where Parquet is read

    try:
        with pq.ParquetFile(path) as file:
            check_types(path, spec, file.schema_arrow)
            for batch in file.iter_batches(BATCH_ROWS):
                yield conform(path, spec, batch)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read as Parquet: {_one_line(error)}") from None
