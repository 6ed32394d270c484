"""Columns that are made from others of their table, row by row: by SQL expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.core.arrays import to_numpy
from footfall.core.errors import ScenarioError
from footfall.core.schema import ColumnSpec, Kind, TableSpec
from footfall.scenario.sql.duckdb import SqlStoppedError, cast, in_memory, limited, one_line, quoted

_ROWS = "these"
_UNQUOTED = {Kind.CODE: r"^[^,\"\r\n]*$", Kind.MONTH: r"^\d{4}-(0[1-9]|1[0-2])$"}


def completed(spec: TableSpec, shown: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """Rows of a table with the columns that are made from those that show fields.

    Parameters
    ----------
    shown
        Columns that show fields, by published name.

    Raises
    ------
    ScenarioError
        An expression gives no value, or none of its kind, for a row.
    """
    columns = {**shown, **_by_sql(spec, shown, [c for c in spec.columns if c.made])}
    ordered = [columns[column.name] for column in spec.columns]
    batch = pa.RecordBatch.from_arrays(ordered, names=[column.name for column in spec.columns])
    for column in spec.columns:
        if column.made:
            _refuse_what_is_no_value(spec, column, batch)
    return pa.RecordBatch.from_arrays(ordered, schema=spec.arrow_schema)


def _by_sql(
    spec: TableSpec, shown: Mapping[str, pa.Array], made: Sequence[ColumnSpec]
) -> dict[str, pa.Array]:
    connection = in_memory()
    connection.register(_ROWS, pa.RecordBatch.from_arrays(list(shown.values()), names=list(shown)))
    try:
        with limited(connection):
            found = connection.sql(_statement(spec, shown, made)).to_arrow_table()
    except (duckdb.Error, SqlStoppedError) as error:
        for count in range(1, len(made)):  # the first that fails by itself is the one to name
            _by_sql(spec, shown, made[:count])
        words = one_line(error) if isinstance(error, duckdb.Error) else str(error)
        raise ScenarioError(f"table '{spec.name}', column '{made[-1].name}': {words}") from None
    finally:
        connection.unregister(_ROWS)
    return {c.name: found[c.name].combine_chunks().cast(c.arrow_type) for c in made}


def _statement(spec: TableSpec, shown: Mapping[str, pa.Array], made: Sequence[ColumnSpec]) -> str:
    kinds = {column.name: column.kind for column in spec.columns}
    statement = f"SELECT {', '.join(map(_read, shown, map(kinds.__getitem__, shown)))} FROM {_ROWS}"
    for column in made:
        assert column.made is not None, "only such are asked for"
        expression = cast(column.made.sql, column.kind)
        statement = f"SELECT *, {expression} AS {quoted(column.name)} FROM ({statement})"
    return f"SELECT {', '.join(_given(column) for column in made)} FROM ({statement})"


def _read(name: str, kind: Kind) -> str:
    return f"{quoted(name)}::TIMESTAMP AS {quoted(name)}" if kind is Kind.TIMESTAMP else quoted(name)


def _given(column: ColumnSpec) -> str:
    name = quoted(column.name)
    return f"{name}::TIMESTAMP_S AS {name}" if column.kind is Kind.TIMESTAMP else name


def _refuse_what_is_no_value(spec: TableSpec, column: ColumnSpec, batch: pa.RecordBatch) -> None:
    """Refuse a row without a value, with one that is no number, or with a code that would need quotes."""
    values = batch.column(column.name)
    if values.null_count:
        _refuse(spec, column, batch, to_numpy(values.is_null()), "gives no value (NULL)")
    if column.kind is Kind.NUMBER:
        _refuse(spec, column, batch, ~np.isfinite(to_numpy(values)), "gives no finite number")
    elif column.kind in _UNQUOTED:
        fits = pc.match_substring_regex(values, _UNQUOTED[column.kind])
        _refuse(spec, column, batch, ~to_numpy(fits), f"gives no {column.kind}; declare it as kind: text")


def _refuse(
    spec: TableSpec, column: ColumnSpec, batch: pa.RecordBatch, wrong: np.ndarray, words: str
) -> None:
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    key = spec.key or tuple(c.name for c in spec.columns if c.is_own)
    named = ", ".join(f"{name} {batch.column(name)[row].as_py()}" for name in key)
    raise ScenarioError(f"table '{spec.name}', column '{column.name}' {words} in the row of {named}")
