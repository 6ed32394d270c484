"""Lines of whole orders, as the figures of lines see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.open_orders import Columns
from footfall.contract.statistics import Counts

Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.signedinteger[Any]]
LINES_AT_ONCE = 1 << 17
"""Larger blocks are no faster."""
_FIRST_LINES = 1 << 14  # they are copied, to be joined with those that waited
_LOOK_BACK = 64
MOST_LINES = 33
"""Baskets of this many lines and more are counted together; no law has them."""


@dataclass(frozen=True)
class Block:
    """Lines of whole orders in file order, and what is known of their orders.

    Attributes
    ----------
    sku
        Place of the line's product in the catalogue, 0 where it is not known.
    known
        Whether there is such a product; None where there always is.
    units
        Units of each line.
    few
        The same, at least 0 and at most as many as the scenario has.
    range_of_units
        The fewest and the most units of a line.
    starts
        First line of each order.
    most_lines
        Lines of the largest order.
    place
        Place of each line's order among those of the block.
    orders
        Columns by order, of its cell and what else is carried; none where orders are not published.
    range_of_cells
        The least and the greatest cell of an order; -1 and -1 where orders are not published.
    """

    columns: dict[str, Any]
    sku: Places
    known: Bools | None
    units: Counts
    few: Places
    range_of_units: tuple[int, int]
    starts: Counts
    most_lines: int
    place: Counts
    orders: Columns
    range_of_cells: tuple[int, int]

    def name(self, i: int) -> str:
        """Line by its key."""
        return f"order {self.columns['order'][i]}, SKU {self.columns['product'][i]}"

    def by_line(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values of the orders, repeated for each of their lines."""
        return values.take(self.place)

    def by_order(self, values: Counts) -> Counts:
        """Sums of whole numbers over the lines of each order."""
        sums = np.empty(len(values) + 1, np.int64)
        sums[0] = 0
        np.cumsum(values, out=sums[1:])
        before = sums.take(self.starts)
        of_order = np.empty_like(before)
        np.subtract(before[1:], before[:-1], out=of_order[:-1])
        of_order[-1] = sums[-1] - before[-1]
        return of_order

    def of_known(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values of the lines whose product is known."""
        return values if self.known is None else values[self.known]

    def all_known(self) -> Bools:
        """Whether each line's product is known."""
        return np.ones(len(self.sku), np.bool_) if self.known is None else self.known


def cuts(order: Counts) -> list[int]:
    """Where to cut lines, in front of an order, into parts that the caches hold; the last order waits."""
    out, at = [], 0
    last = len(order) - 1
    for line in (*range(min(_FIRST_LINES, last), last, LINES_AT_ONCE), last):
        cut = _begin(order, line, at)
        if cut > at:
            out.append(cut)
            at = cut
    return out


def _begin(order: Counts, line: int, least: int) -> int:
    """First line, from `least` on, of the order that a line belongs to."""
    for low in (max(least, line - _LOOK_BACK), least):
        others = np.flatnonzero(order[low:line] != order[line])
        if len(others):
            return low + int(others[-1]) + 1
    return least


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
    of_size = np.zeros(MOST_LINES + 1, np.int64)
    of_size[1:] = at_least = pairs[:-1] - pairs[1:]
    of_size[1:-1] -= at_least[1:]
    return of_size, is_twice or bool(pairs[-1])


def rises_from_one(number: Counts, begins: Bools) -> bool:
    """Whether each number is one above the one before, or 1 where an order begins; False also if unsure."""
    if number.view(np.uint64).max() > np.iinfo(np.int8).max:  # numbers below 0 are the largest ones then
        return False
    small = number.astype(np.int8)  # an eighth of the time
    follows = small[1:] - small[:-1] == 1
    follows |= begins[1:]
    return bool(follows.all()) and bool(np.greater_equal(small == 1, begins).all())
