"""What orders are worth and cost where every line has, to the cent, the price that is due."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.block import Block
from footfall.contract.grouping import Places
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject
from footfall.core import compiled
from footfall.core.arrays import packed

_MOST_PLACES = 1 << 18  # 2 MiB; larger tables are slower than to compute
_BITS = 32
_LOW = (1 << _BITS) - 1


class ListedCash:
    """A table of what a line brings and costs, by SKU, discount and units.

    Lines that agree with it are judged by one look-up; all others must be judged by their columns.

    Parameters
    ----------
    percents
        Discounts that the scenario knows.
    due
        Cents of lines by list price, discount in percent and units.
    """

    def __init__(
        self, subject: Subject, percents: list[int], due: Callable[[Counts, Counts, Counts], Counts]
    ) -> None:
        self._percents, self._due = np.array(percents, np.int64), due
        self._units = np.arange(max(subject.scenario.basket.quantity) + 1)
        self._table = np.empty(0, np.int64)
        self._most = 0  # the largest number of either half of the table

    def _fill(self, catalog: dict[str, Any], is_total: bool) -> npt.NDArray[np.int64]:
        price, cost = catalog["price"], catalog.get("cost", np.zeros_like(catalog["price"]))
        listed, percent = price[:, None, None], self._percents[:, None]
        if is_total:
            revenue = self._due(listed, percent, self._units)
        else:
            revenue = (listed * (100 - percent) + 50) // 100 * self._units
        costs = np.broadcast_to(cost[:, None, None] * self._units, revenue.shape)
        least, self._most = (int(f([f(revenue), f(costs)])) for f in (np.min, np.max))
        if least < 0:
            self._most = _LOW
        return np.asarray((revenue << _BITS) + costs, np.int64).ravel()

    def sums(
        self, block: Block, kinds: tuple[npt.NDArray[np.int8], Counts] | None, catalog: dict[str, Any] | None
    ) -> tuple[Counts, Counts, int] | None:
        """Value and cost of each order, and what was refunded; None where lines differ from the table."""
        columns = block.columns
        if kinds is None or catalog is None or not self._may_agree(block, catalog):
            return None
        is_total = "total" in columns
        if not self._table.size:
            self._table = self._fill(catalog, is_total)
        if "list_price" in columns and (columns["list_price"] != catalog["price"].take(block.sku)).any():
            return None
        if self._most * block.most_lines >= 1 << (_BITS - 1):
            return None
        add_up = self._met if compiled.is_available() else self._in_steps
        return add_up(block, kinds[0], columns["total" if is_total else "unit_price"], is_total)

    def _met(
        self, block: Block, kinds: npt.NDArray[np.int8], given: Counts, is_total: bool
    ) -> tuple[Counts, Counts, int] | None:
        """Add up line by line."""
        revenue, cost = np.empty((2, len(block.starts)), np.int64)
        refunded = np.empty(1, np.int64)
        agrees = compiled.run(
            "sum_listed", len(given), block.begins, block.sku, block.few, kinds,
            block.columns.get("is_returned"), packed(given), int(is_total),
            len(self._percents), len(self._units), self._table, revenue, cost, refunded,
        )  # fmt: skip
        return (revenue, cost, int(refunded[0])) if agrees else None

    def _in_steps(
        self, block: Block, kinds: npt.NDArray[np.int8], given: Counts, is_total: bool
    ) -> tuple[Counts, Counts, int] | None:
        """Do the same step by step, each for all lines."""
        # Narrow places take a quarter of the time.
        kind: Any = np.int16 if len(self._table) <= np.iinfo(np.int16).max else np.int64
        place: Places = block.sku.astype(kind) * (len(self._percents) * len(self._units))
        place += kinds.astype(kind) * len(self._units)
        place += block.few.astype(kind)
        cash = self._table.take(place)
        revenue = cash >> _BITS
        if not ((given if is_total else given * block.units) == revenue).all():
            return None
        refunded = 0
        if "is_returned" in block.columns:  # few lines are
            refunded = int(revenue.take(np.flatnonzero(block.columns["is_returned"])).sum())
        both = block.by_order(cash)
        return both >> _BITS, both & _LOW, refunded

    def _may_agree(self, block: Block, catalog: dict[str, Any]) -> bool:
        columns, (fewest, most) = block.columns, block.range_of_units
        if "price" not in catalog or block.known is not None or fewest < 1 or most >= len(self._units):
            return False
        places = len(catalog["price"]) * len(self._percents) * len(self._units)
        return ("total" in columns) != ("unit_price" in columns) and places <= _MOST_PLACES
