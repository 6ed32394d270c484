"""Columns that are made from others of their table, row by row: by SQL expressions and by plug-ins."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.core.arrays import to_numpy
from footfall.core.errors import ScenarioError
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.streams import Streams
from footfall.core.vocabulary import Kind
from footfall.simulate.rows import Rows

_WORDS = {  # what each kind of text looks like, and what to say where one doesn't
    Kind.CODE: (r'^[^\x00,"\r\n]+$', "gives no code; declare it as kind: text"),
    Kind.MONTH: (r"^\d{4}-(0[1-9]|1[0-2])$", "gives no month, such as 2025-01"),
    Kind.TEXT: (r"^[^\x00]*$", "gives text with a zero byte, which databases don't take"),
}


def completed(spec: TableSpec, shown: Mapping[str, pa.Array], rows: Rows, streams: Streams) -> pa.RecordBatch:
    """Rows of a table with the columns that are made from those that show fields.

    Parameters
    ----------
    shown
        Columns that show fields, by published name.
    rows
        Where they come from: a plug-in's uniforms are addressed as the rows' own streams are.

    Raises
    ------
    ScenarioError
        An expression or plug-in gives no value, or none of its kind, for a row.
    """
    columns = dict(shown)
    made = [column for column in spec.columns if column.made]
    for is_plugin, group in groupby(made, key=lambda column: bool(column.made and column.made.plugin)):
        if is_plugin:
            from footfall.simulate.made_by_plugin import by_plugin  # noqa: PLC0415 - only where there is one

            for column in group:
                columns[column.name] = by_plugin(spec, column, columns, rows, streams)
        else:
            from footfall.simulate.made_by_sql import by_sql  # noqa: PLC0415 - only where there is any

            columns |= by_sql(spec, columns, list(group))
    ordered = [columns[column.name] for column in spec.columns]
    batch = pa.RecordBatch.from_arrays(ordered, names=[column.name for column in spec.columns])
    for column in made:
        _refuse_what_is_no_value(spec, column, batch)
    return pa.RecordBatch.from_arrays(ordered, schema=spec.arrow_schema)


def _refuse_what_is_no_value(spec: TableSpec, column: ColumnSpec, batch: pa.RecordBatch) -> None:
    """Refuse a row without a value, with one that is no number, or with a code that would need quotes."""
    values = batch.column(column.name)
    if values.null_count:
        _refuse(spec, column, batch, to_numpy(values.is_null()), "gives no value (NULL)")
    if column.kind is Kind.NUMBER:
        _refuse(spec, column, batch, ~np.isfinite(to_numpy(values)), "gives no finite number")
    elif column.kind in _WORDS:
        pattern, words = _WORDS[column.kind]
        _refuse(spec, column, batch, ~to_numpy(pc.match_substring_regex(values, pattern)), words)


def _refuse(
    spec: TableSpec, column: ColumnSpec, batch: pa.RecordBatch, wrong: np.ndarray, words: str
) -> None:
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    key = spec.key or tuple(c.name for c in spec.columns if c.is_own)
    named = ", ".join(f"{name} {batch.column(name)[row].as_py()}" for name in key)
    raise ScenarioError(f"table '{spec.name}', column '{column.name}' {words} in the row of {named}")
