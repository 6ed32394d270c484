"""Columns that plug-ins make: what their functions are given, and what they may give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import from_numpy, from_words, to_numpy
from footfall.core.errors import ScenarioError
from footfall.core.money import as_decimal, as_unscaled
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.streams import Streams
from footfall.core.vocabulary import Kind
from footfall.scenario.plugins import Plugin, PluginError, plugin
from footfall.simulate.rows import Rows

Values = npt.NDArray[Any]
Refuse = Callable[[str], ScenarioError]
_ALONE = 8
"""Rows that are made once more by themselves, to see that they come out the same."""

_TEXTS = (Kind.CODE, Kind.MONTH, Kind.TEXT)
_ACCEPTED: Mapping[Kind, tuple[str, str]] = {  # letters of NumPy's types, and words for them
    Kind.INTEGER: ("iu", "whole numbers"),
    Kind.MONEY: ("iu", "whole cents"),
    Kind.FRACTION: ("iu", "whole hundredths"),
    Kind.NUMBER: ("f", "floating-point numbers"),
    Kind.BOOLEAN: ("b", "booleans"),
    Kind.DATE: ("M", "datetime64"),
    Kind.TIMESTAMP: ("M", "datetime64"),
    **dict.fromkeys(_TEXTS, ("UOT", "strings")),
}


def by_plugin(
    spec: TableSpec, column: ColumnSpec, columns: Mapping[str, pa.Array], rows: Rows, streams: Streams
) -> pa.Array:
    """Make a column by its plug-in.

    Raises
    ------
    ScenarioError
        The plug-in isn't there, fails, or gives what the column can't hold.
    """
    assert column.made is not None, "only such are asked for"
    place = f"table '{spec.name}', column '{column.name}'"
    try:
        found = plugin(column.made.plugin)
    except PluginError as error:
        raise ScenarioError(f"{place} {error}") from None

    def refuse(says: str) -> ScenarioError:
        return ScenarioError(f"{place}: plug-in '{found.name}' ({found.source}) {says}")

    uniforms = streams.uniform(f"plugin.{spec.name}.{column.name}", rows.address())
    kinds = {c.name: c.kind for c in spec.columns}
    given = {name: _as_given(kinds[name], columns[name]) for name in column.made.reads}

    def run(some: slice) -> Values:
        return _called(found, refuse, uniforms[some], {name: v[some] for name, v in given.items()})

    values = run(slice(None))
    accepted, words = _ACCEPTED[column.kind]
    if values.dtype.kind not in accepted:
        raise refuse(f"gives {values.dtype}, and a column of kind {column.kind} takes {words}")
    if not np.array_equal(run(slice(0, _ALONE)), values[:_ALONE], equal_nan=values.dtype.kind in "fM"):
        raise refuse(
            "gives rows other values when fewer are made at once; each must follow from its row alone"
        )
    try:
        return _taken(column, values)
    except (ValueError, OverflowError) as error:
        raise refuse(f"gives what is no {column.kind}: {error}") from None


def _called(
    found: Plugin, refuse: Refuse, uniforms: npt.NDArray[np.float64], given: Mapping[str, Values]
) -> Values:
    try:
        values = np.asarray(found.function(uniforms, dict(given)))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in somebody else's function
        raise refuse(f"fails: {type(error).__name__}: {' '.join(str(error).split())}") from None
    if values.shape != uniforms.shape:
        raise refuse(f"gives an array of shape {values.shape} for {len(uniforms)} rows")
    return values


def _as_given(kind: Kind, values: pa.Array) -> Values:
    """Values of a column as a plug-in gets them; it can't change them."""
    if kind in (Kind.MONEY, Kind.FRACTION):
        given: Values = as_unscaled(values).copy()
    elif kind in _TEXTS:
        given = np.array(values.to_pylist(), dtype=np.str_)
    elif kind is Kind.DATE:
        given = to_numpy(values.cast(pa.int32())).astype("datetime64[D]")
    elif kind is Kind.TIMESTAMP:
        given = to_numpy(values.cast(pa.int64())).astype("datetime64[s]")
    else:
        given = to_numpy(values).copy()
    given.flags.writeable = False
    return given


def _taken(column: ColumnSpec, values: Values) -> pa.Array:
    """Values that a plug-in gave, as the column holds them.

    Raises
    ------
    ValueError
        One of them is none of its kind; says which.
    """
    kind = column.kind
    if kind in (Kind.MONEY, Kind.FRACTION):
        digits = column.arrow_type.precision
        _refuse_any(np.abs(values.astype(np.float64)) >= 10.0**digits, values)
        return as_decimal(values.astype(np.int64), precision=digits)
    if kind is Kind.NUMBER:
        _refuse_any(~np.isfinite(values), values)
        return from_numpy(np.round(values.astype(np.float64), 6), column.arrow_type)
    if kind in (Kind.DATE, Kind.TIMESTAMP):
        _refuse_any(np.isnat(values), values)
        unit, width = ("D", np.int32) if kind is Kind.DATE else ("s", np.int64)
        whole = values.astype(f"datetime64[{unit}]").astype(np.int64)
        return from_numpy(whole.astype(width), column.arrow_type)
    if kind in _TEXTS:
        words = values.tolist()
        _refuse_any(np.array([not isinstance(word, str) for word in words], np.bool_), values)
        return from_words(words)
    if values.dtype.kind == "u":
        _refuse_any(values > np.uint64(np.iinfo(np.int64).max), values)
    return from_numpy(values if kind is Kind.BOOLEAN else values.astype(np.int64), column.arrow_type)


def _refuse_any(wrong: npt.NDArray[np.bool_], values: Values) -> None:
    if wrong.any():
        raise ValueError(f"the first is {values[np.argmax(wrong)]}")
