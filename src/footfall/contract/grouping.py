"""Where orders begin among their lines, and the first look at each line: SKU, units, number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.statistics import Counts
from footfall.core import compiled
from footfall.core.arrays import packed
from footfall.scenario.assortment import Catalog

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.signedinteger[Any]]
MOST_LINES = 33
"""Baskets of this many lines and more are counted together; no law has them."""


@dataclass(frozen=True)
class Grouping:
    """Lines of whole orders, grouped.

    Attributes
    ----------
    begins
        Whether a line is the first of its order.
    starts
        First line of each order.
    is_rising
        Whether each order is one above the one before.
    is_numbered
        Whether the numbers of each order's lines rise from 1 by 1; False also if unsure.
    sku
        Place of the line's product among the SKUs, 0 where it is none of them.
    known
        Whether it is one of them; None where all are.
    few
        Units, at least 0 and at most as many as there may be.
    range_of_units
        The fewest and the most units of a line.
    of_size
        Orders by their number of lines, from 0 to MOST_LINES.
    may_hold_twice
        False where no order holds an SKU twice, True also if unsure.
    """

    begins: Bools
    starts: Counts
    is_rising: bool
    is_numbered: bool
    sku: Places
    known: Bools | None
    few: Places
    range_of_units: tuple[int, int]
    of_size: Counts
    may_hold_twice: bool


def grouped(
    columns: Mapping[str, Any], units: Counts, catalog: Catalog, most_units: int, kind: Any
) -> Grouping:
    """Group lines of whole orders, at least one.

    Parameters
    ----------
    columns
        Order and product of each line, and its number, if that is published.
    units
        Units of each line.
    catalog
        SKUs that they may name.
    most_units
        The most units that a line may have.
    kind
        A type that holds all places.
    """
    found = _compiled(columns, units, catalog, most_units) if compiled.is_available() else None
    return found or _grouped(columns, units, catalog, most_units, kind)


def _compiled(
    columns: Mapping[str, Any], units: Counts, catalog: Catalog, most_units: int
) -> Grouping | None:
    """Do it line by line; None where a line names no SKU."""
    n, number = len(units), columns.get("number")
    order, product, units = (packed(values) for values in (columns["order"], columns["product"], units))
    ordinal, starts = np.empty(n, np.uint8), np.empty(n, np.int64)
    sku, few = np.empty(n, np.int32), np.empty(n, np.int32)
    of_ordinal, found = np.zeros(MOST_LINES + 2, np.int64), np.empty(6, np.int64)
    orders = compiled.run(
        "group_lines", n, order, product, units, None if number is None else packed(number),
        catalog.first_sku, catalog.skus, most_units, MOST_LINES,
        ordinal, starts, sku, few, of_ordinal, found,
    )  # fmt: skip
    fewest, most, is_known, is_rising, is_numbered, may_hold_twice = found.tolist()
    if not is_known:
        return None
    return Grouping(
        begins=ordinal == 1,
        starts=starts[:orders],
        is_rising=bool(is_rising),
        is_numbered=bool(is_numbered),
        sku=sku,
        known=None,
        few=few,
        range_of_units=(fewest, most),
        of_size=_of_size(of_ordinal),
        may_hold_twice=bool(may_hold_twice),
    )


def _grouped(
    columns: Mapping[str, Any], units: Counts, catalog: Catalog, most_units: int, kind: Any
) -> Grouping:
    """Do it step by step, each for all lines."""
    order, product, number = columns["order"], columns["product"], columns.get("number")
    begins = np.ones(len(order), np.bool_)
    np.not_equal(order[1:], order[:-1], out=begins[1:])
    starts = np.flatnonzero(begins)
    sku, known = product - catalog.first_sku, None
    if sku.view(np.uint64).max() >= catalog.skus:  # numbers below 0 are the largest ones then
        known = (sku >= 0) & (sku < catalog.skus)
        sku = np.where(known, sku, 0)
    sku = sku.astype(kind)
    is_usual = bool(units.view(np.uint64).max() <= most_units)
    few: Places = (units if is_usual else np.clip(units, 0, most_units)).astype(kind)
    exact: Places = few if is_usual else units
    of_size, may_hold_twice = baskets(sku, begins)
    return Grouping(
        begins=begins,
        starts=starts,
        # Steps that are never down, and add up to the number of orders less one, are of one each.
        is_rising=int(order[-1]) - int(order[0]) == len(starts) - 1 and not (order[1:] < order[:-1]).any(),
        is_numbered=number is None or rises_from_one(number, begins),
        sku=sku,
        known=known,
        few=few,
        range_of_units=(int(exact.min()), int(exact.max())),
        of_size=of_size,
        may_hold_twice=may_hold_twice,
    )


def baskets(sku: Places, begins: Bools) -> tuple[Counts, bool]:
    """Orders by their number of lines, and whether one may hold a SKU twice.

    Parameters
    ----------
    sku
        Place of each line's product.
    begins
        Whether a line is the first of its order.

    Returns
    -------
    tuple
        Counts of 0 to MOST_LINES lines; False where no order holds a SKU twice, True also if unsure.
    """
    # Each line is compared with the next of its order, then with the one after that, ... Of an order of s
    # lines, s - b pairs stand b apart: what there are fewer of them at each step are orders with more lines.
    pairs = np.zeros(MOST_LINES + 1, np.int64)
    pairs[0], back, is_twice = len(begins), 1, False
    within = follows = ~begins[1:]
    while back <= MOST_LINES and (count := np.count_nonzero(within)):
        pairs[back] = count
        is_twice = is_twice or bool((within & (sku[back:] == sku[:-back])).any())
        within = within[1:] & follows[: len(within) - 1]
        back += 1
    at_least = np.zeros(MOST_LINES + 2, np.int64)
    at_least[1:-1] = pairs[:-1] - pairs[1:]
    return _of_size(at_least), is_twice or bool(pairs[-1])


def rises_from_one(number: Counts, begins: Bools) -> bool:
    """Whether each number is one above the one before, or 1 where an order begins; False also if unsure."""
    if number.view(np.uint64).max() > np.iinfo(np.int8).max:  # numbers below 0 are the largest ones then
        return False
    small = number.astype(np.int8)  # an eighth of the time
    follows = small[1:] - small[:-1] == 1
    follows |= begins[1:]
    return bool(follows.all()) and bool(np.greater_equal(small == 1, begins).all())


def _of_size(at_least: Counts) -> Counts:
    """Orders by their number of lines, of those with so many and more; the last are all that have more."""
    of_size = at_least[: MOST_LINES + 1].copy()
    of_size[1:-1] -= at_least[2 : MOST_LINES + 1]
    return of_size
