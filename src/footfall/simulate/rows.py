"""Rows on their way to batches under published names; columns by paths along references to other rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import from_numpy, from_words
from footfall.core.money import as_decimal
from footfall.core.schema import TableSpec
from footfall.core.streams import Rows as Addresses
from footfall.core.vocabulary import Kind
from footfall.plan.plan import Plan

_EPOCH_ORDINAL = 719_163  # 1970-01-01

Columns: TypeAlias = Mapping[str, Callable[[], Any]]
"""Field -> what makes its values: NumPy arrays (cents, days since 1970) or Arrow text."""

Parent: TypeAlias = "tuple[Rows, npt.NDArray[np.int64] | None]"
"""Rows that are referred to, and the place among them for each row; None where they stand one by one."""


@dataclass(frozen=True)
class Rows:
    """Some rows of an entity; only what is asked for is made.

    Attributes
    ----------
    own : Columns
        Their fields.
    address : callable
        Gives what the rows' own streams are addressed by.
    parents : dict
        Field that refers -> what makes the rows that it refers to.
    """

    own: Columns
    address: Callable[[], Addresses]
    parents: Mapping[str, Callable[[], Parent]] = field(default_factory=dict)
    _parents: dict[str, Parent] = field(default_factory=dict, init=False)
    _joined: dict[str, Any] = field(default_factory=dict, init=False)

    def values(self, path: str) -> Any:
        """Values of a field, or of a field at the end of a path."""
        step, _, rest = path.partition(".")
        if not rest:
            return self.own[step]()
        if step not in self._parents:
            self._parents[step] = self.parents[step]()
        parent, place = self._parents[step]
        # Kept, as several columns and tables may show the same.
        if rest not in parent._joined:
            parent._joined[rest] = parent.values(rest)
        values = parent._joined[rest]
        if place is None:
            return values
        return values.take(from_numpy(place, pa.int64()) if isinstance(values, pa.Array) else place)


def ready(columns: Mapping[str, Any]) -> Columns:
    """Columns that are made already, as what makes them."""
    return {field: lambda values=values: values for field, values in columns.items()}  # type: ignore[misc]  # bound at once


def dates(plan: Plan, day: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Days since 1970 of days t."""
    return plan.scenario.first_day.toordinal() - _EPOCH_ORDINAL + day


def batch_of(plan: Plan, spec: TableSpec, rows: Rows) -> pa.RecordBatch:
    """Rows as a published table's finished batch.

    Raises
    ------
    ScenarioError
        A column's own expression or plug-in gives no value of its kind for a row.
    """
    arrays = []
    for column in spec.columns:
        if column.made:
            continue
        values = rows.values(column.field)  # only what is published is made
        if column.form:
            values = column.form.show(values)
        elif column.kind is Kind.MONTH:
            values = from_words(values)
        elif column.kind is Kind.MONEY:
            values = as_decimal(values)
        elif column.kind is Kind.FRACTION:
            values = as_decimal(values, precision=3)
        elif not isinstance(values, pa.Array):
            width = np.int32 if column.kind is Kind.DATE else values.dtype
            values = from_numpy(values.astype(width, copy=False), column.arrow_type)
        arrays.append(values)
    if len(arrays) < len(spec.columns):
        from footfall.simulate.made import completed  # noqa: PLC0415 - few scenarios make columns

        shown = [column.name for column in spec.columns if not column.made]
        return completed(spec, dict(zip(shown, arrays, strict=True)), rows, plan.streams)
    return pa.RecordBatch.from_arrays(arrays, schema=spec.arrow_schema)


def only(batch: pa.RecordBatch, rows: npt.NDArray[np.bool_]) -> pa.RecordBatch:
    """Those rows of a batch for which `rows` is true."""
    return batch.filter(from_numpy(rows, pa.bool_()))
