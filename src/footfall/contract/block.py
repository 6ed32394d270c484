"""Lines of whole orders, as the figures of lines see them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.grouping import MOST_LINES, Bools, Grouping
from footfall.contract.open_orders import Columns
from footfall.contract.statistics import Counts

LINES_AT_ONCE = 1 << 17
"""Larger blocks are no faster."""
_FIRST_LINES = 1 << 14  # they are copied, to be joined with those that waited
_LOOK_BACK = 64


@dataclass(frozen=True)
class Block(Grouping):
    """Lines of whole orders in file order, grouped, and what is known of their orders.

    Attributes
    ----------
    columns
        Columns of the lines by field.
    units
        Units of each line.
    orders
        Columns by order, of its cell and what else is carried; none where orders are not published.
    range_of_cells
        The least and the greatest cell of an order; -1 and -1 where orders are not published.
    """

    columns: dict[str, Any]
    units: Counts
    orders: Columns
    range_of_cells: tuple[int, int]

    @cached_property
    def most_lines(self) -> int:
        """Lines of the largest order."""
        most = int(np.flatnonzero(self.of_size)[-1])
        return most if most < MOST_LINES else int(np.diff(self.starts, append=len(self.sku)).max())

    @cached_property
    def place(self) -> Counts:
        """Place of each line's order among those of the block."""
        return np.cumsum(self.begins, dtype=np.int64) - 1

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
