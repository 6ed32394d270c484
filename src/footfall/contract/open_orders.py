"""Orders whose lines have not been seen yet."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from footfall.contract.offences import Offences
from footfall.contract.statistics import Counts


class OpenOrders:
    """A queue of order ids with their cells; ids that rise by one take no memory."""

    def __init__(self) -> None:
        self._queue: deque[tuple[int | Counts, Any]] = deque()
        self.count = 0

    def append(self, ids: Counts, cells: Counts) -> None:
        """Add orders in file order; cells are day * shops + shop, -1 unknown."""
        rising = len(ids) > 0 and ids[-1] - ids[0] == len(ids) - 1 and bool((np.diff(ids) == 1).all())
        wide = len(cells) > 0 and int(cells.max()) >= 2**15
        small: Any = cells.astype(np.int32 if wide else np.int16)
        self._queue.append((int(ids[0]) if rising else ids, small))
        self.count += len(ids)

    def extend(self, other: OpenOrders) -> None:
        """Add the orders that another queue holds."""
        self._queue.extend(other._queue)
        self.count += other.count

    def _take(self, least: int, upto: int) -> tuple[Counts, Counts]:
        ids: list[Counts] = []
        cells: list[Counts] = []
        taken = 0
        while self._queue and (taken < least or ids[-1][-1] < upto):
            some, where = self._queue.popleft()
            ids.append(np.arange(some, some + len(where)) if isinstance(some, int) else some)
            cells.append(where)
            taken += len(where)
        self.count -= taken
        if not ids:
            return np.empty(0, np.int64), np.empty(0, np.int16)
        return (np.concatenate(ids), np.concatenate(cells)) if len(ids) > 1 else (ids[0], cells[0])

    def match(self, orders: Counts, offences: Offences) -> Counts:
        """Cells of the orders that lines belong to, -1 for orphans; those orders are open no longer."""
        ids, cells = self._take(len(orders), int(orders[-1]))
        n = len(orders)
        if len(ids) >= n and np.array_equal(ids[:n], orders):
            if len(ids) > n:
                self._push_back(ids[n:], cells[n:])
            return cells[:n]
        # Out of step: match by value; an order passed over has no lines.
        by_id = np.argsort(ids, kind="stable")
        ids, cells = ids[by_id], cells[by_id]
        place = np.minimum(np.searchsorted(ids, orders), max(0, len(ids) - 1))
        known = ids[place] == orders if len(ids) else np.zeros(n, bool)
        offences.where("lines.orders", ~known, lambda i: f"lines of order {orders[i]}, which is not open")
        passed = ids <= orders[known].max() if known.any() else np.zeros(len(ids), bool)
        empty = passed & ~np.isin(ids, orders)
        offences.where("lines.orders", empty, lambda i: f"order {ids[i]} has no lines")
        if not passed.all():
            self._push_back(ids[~passed], cells[~passed])
        return np.where(known, cells[place], -1) if len(ids) else np.full(n, -1)

    def _push_back(self, ids: Counts, cells: Counts) -> None:
        self._queue.appendleft((ids, cells))
        self.count += len(ids)

    def first(self) -> int:
        """Id of the first open order."""
        some = self._queue[0][0]
        return some if isinstance(some, int) else int(some[0])
