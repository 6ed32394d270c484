"""Damaging published tables, and judging them, for the tests of the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from footfall.contract import Figures, Finding, Subject, judge
from footfall.core.money import as_decimal, as_unscaled

Tables = dict[str, pa.Table]
Damage = Callable[[Tables], Tables]


def _values(column: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_decimal(column.type):
        return np.concatenate([as_unscaled(c) for c in column.chunks]).copy()
    if pa.types.is_string(column.type):
        return np.array(column.to_pylist())
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.int64()).to_numpy().copy()
    return column.to_numpy().copy()


def change(tables: Tables, table: str, name: str, damage: Callable[[np.ndarray], Any]) -> Tables:
    """Replace a column by what `damage` makes of its values (cents, seconds, percent)."""
    old = tables[table]
    place, kind = old.schema.get_field_index(name), old.schema.field(name)
    values = np.asarray(damage(_values(old[name])))
    if pa.types.is_decimal(kind.type):
        array = as_decimal(values.astype(np.int64), kind.type.precision)
    elif pa.types.is_timestamp(kind.type):
        array = pa.array(values.astype(np.int64)).cast(kind.type)
    else:
        array = pa.array(values.tolist(), kind.type)
    return {**tables, table: old.set_column(place, kind, array)}


def put(tables: Tables, table: str, name: str, row: int, value: Any) -> Tables:
    """Replace one value."""

    def at_row(values: np.ndarray) -> np.ndarray:
        values = values.astype(object)
        values[row] = value
        return values

    return change(tables, table, name, at_row)


def column(table: str, name: str, damage: Callable[[np.ndarray], Any]) -> Damage:
    """Damage that changes a whole column."""
    return lambda tables: change(tables, table, name, damage)


def first_row(table: str, name: str, value: Any) -> Damage:
    """Damage that replaces the first value of a column."""
    return lambda tables: put(tables, table, name, 0, value)


def drop(tables: Tables, table: str, row: int) -> Tables:
    """Leave a row out."""
    old = tables[table]
    return {**tables, table: pa.concat_tables([old.slice(0, row), old.slice(row + 1)])}


def repeat(tables: Tables, table: str, times: int) -> Tables:
    """Put each row as many times, one after the other."""
    rows = np.repeat(np.arange(tables[table].num_rows), times)
    return {**tables, table: tables[table].take(rows)}


def findings_of(subject: Subject, tables: Tables, rows: int | None = None) -> dict[str, Finding]:
    """Judge tables, in batches of so many rows."""
    figures = Figures(subject)
    for name, table in tables.items():
        for batch in table.to_batches(max_chunksize=rows):
            figures.observe(name, batch)
    return {finding.check: finding for finding in judge(subject, figures)}


def smoothed_cents(tables: Tables) -> np.ndarray:
    """Monthly sum of the trailing seven-day mean of revenue, by month and shop, the plain way."""
    import pandas as pd

    orders = tables["raw_orders"].select(["order_id", "shop_id", "order_ts"]).to_pandas()
    lines = pd.DataFrame(
        {n: _values(tables["raw_line_items"][n]) for n in ("order_id", "qty", "unit_price_paid")}
    )
    lines["revenue"] = lines["qty"] * lines["unit_price_paid"]
    sold = lines.merge(orders, on="order_id")
    daily = sold.groupby([sold["order_ts"].dt.normalize(), "shop_id"])["revenue"].sum().unstack(fill_value=0)
    daily = daily.reindex(pd.date_range("2025-01-01", "2025-12-31"), fill_value=0)[["DE", "AT", "CH"]]
    trailing = daily.rolling(7, min_periods=1).mean()
    return trailing.groupby(trailing.index.month).sum().to_numpy().ravel()
