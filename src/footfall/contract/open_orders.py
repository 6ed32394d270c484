"""Orders whose lines have not been seen yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np

from footfall.contract.offences import Offences
from footfall.contract.statistics import Counts

Columns = Mapping[str, Counts]


def _small(values: Counts) -> Counts:
    """Narrowest of four integer types that holds the values."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    for kind in (np.int8, np.int16, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return values.astype(kind)
    return values


class OpenOrders:
    """A queue of order ids with a few small columns; ids that rise by one take no memory.

    The columns are what a line must know of its order: cell (day * shops + shop), and where the checks
    ask for them customer, status and total; -1 unknown. This is all that grows with the orders: 2 to 15
    bytes an order, between the order and its lines. The last batch is held as it came, since its lines
    mostly come next.
    """

    def __init__(self) -> None:
        self._queue: deque[tuple[int | Counts, Columns]] = deque()
        self.count = 0

    def append(self, ids: Counts, columns: Columns, is_rising: bool) -> None:
        """Add orders in file order; `is_rising` tells whether each id is one above the one before."""
        if self._queue:  # they wait longer than for the next batch
            some, waiting = self._queue[-1]
            self._queue[-1] = (some, {k: _small(v) for k, v in waiting.items()})
        self._queue.append((int(ids[0]) if is_rising else ids, columns))
        self.count += len(ids)

    def extend(self, other: OpenOrders) -> None:
        """Add the orders that another queue holds."""
        self._queue.extend(other._queue)
        self.count += other.count

    def _take(self, least: int, upto: int) -> tuple[Counts, Columns]:
        ids: list[Counts] = []
        columns: list[Columns] = []
        taken = 0
        while self._queue and (taken < least or ids[-1][-1] < upto):
            some, values = self._queue.popleft()
            rows = len(values["cell"])
            ids.append(np.arange(some, some + rows) if isinstance(some, int) else some)
            columns.append(values)
            taken += rows
        self.count -= taken
        if len(ids) == 1:
            return ids[0], columns[0]
        if not ids:
            return np.empty(0, np.int64), {}
        return np.concatenate(ids), {k: np.concatenate([c[k] for c in columns]) for k in columns[0]}

    def match(self, orders: Counts | range, offences: Offences) -> Columns:
        """Columns of the orders that lines belong to, -1 for orphans; those orders are open no longer.

        Orders come as a range where each is one above the one before.
        """
        in_step = self._in_step(orders) if isinstance(orders, range) else None
        if in_step is not None:
            return in_step
        orders = np.asarray(orders)
        ids, columns = self._take(len(orders), int(orders[-1]))
        n = len(orders)
        if len(ids) >= n and np.array_equal(ids[:n], orders):
            if len(ids) > n:
                self._push_back(ids[n:], {k: v[n:] for k, v in columns.items()})
            return {k: v[:n].astype(np.int64) for k, v in columns.items()}
        # Out of step: match by value; an order passed over has no lines.
        by_id = np.argsort(ids, kind="stable")
        ids, columns = ids[by_id], {k: v[by_id] for k, v in columns.items()}
        place = np.minimum(np.searchsorted(ids, orders), max(0, len(ids) - 1))
        known = ids[place] == orders if len(ids) else np.zeros(n, bool)
        offences.where("lines.orders", ~known, lambda i: f"lines of order {orders[i]}, which is not open")
        passed = ids <= orders[known].max() if known.any() else np.zeros(len(ids), bool)
        empty = passed & ~np.isin(ids, orders)
        offences.where("lines.orders", empty, lambda i: f"order {ids[i]} has no lines")
        if not passed.all():
            self._push_back(ids[~passed], {k: v[~passed] for k, v in columns.items()})
        if not len(ids):
            return {"cell": np.full(n, -1)}
        return {k: np.where(known, v[place], -1).astype(np.int64) for k, v in columns.items()}

    def _in_step(self, orders: range) -> Columns | None:
        """Columns of orders that rise by one, where they are those due next; else None."""
        parts: list[Columns] = []
        first, n, rows = orders.start, len(orders), 0
        for some, columns in self._queue:
            if not isinstance(some, int) or some != first + rows:
                return None
            parts.append(columns)
            rows += len(columns["cell"])
            if rows >= n:
                break
        else:
            return None
        for _ in parts:
            self._queue.popleft()
        if rows > n:
            used = len(parts[-1]["cell"]) - (rows - n)
            self._queue.appendleft((first + n, {k: v[used:] for k, v in parts[-1].items()}))
        self.count -= n
        if len(parts) == 1:
            return {k: v[:n].astype(np.int64, copy=False) for k, v in parts[0].items()}
        return {k: np.concatenate([part[k] for part in parts], dtype=np.int64)[:n] for k in parts[0]}

    def _push_back(self, ids: Counts, columns: Columns) -> None:
        self._queue.appendleft((ids, columns))
        self.count += len(ids)

    def first(self) -> int:
        """Id of the first open order."""
        some = self._queue[0][0]
        return some if isinstance(some, int) else int(some[0])
