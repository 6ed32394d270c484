"""Figures of lines: revenue by day and shop, counts by SKU, baskets, discounts, returns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from footfall.contract.calendar import event_discounts
from footfall.contract.offences import Offences
from footfall.contract.open_orders import OpenOrders
from footfall.contract.statistics import Counts, Floats
from footfall.contract.subject import Subject

MOST_LINES = 33
"""Baskets of this many lines and more are counted together; no law has them."""


class LineTally:
    """Mergeable figures of lines, observed in file order, an order's lines together."""

    def __init__(self, subject: Subject, offences: Offences) -> None:
        catalog = subject.scenario.catalog
        self._subject = subject
        self._offences = offences
        self._carry: dict[str, Any] | None = None
        self._event = event_discounts(subject)
        self._with_orders = subject.spec("order") is not None
        self.categories = tuple(catalog.categories)
        self.catalog: dict[str, Any] | None = None
        self.open_orders = OpenOrders()
        self.skus, cats = catalog.skus, len(self.categories)
        self.orders = self.rows = 0
        n = self.skus
        self.cells = np.zeros((subject.days, len(subject.shops)), np.int64)  # revenue in cents
        self.units, self.lines, self.returns, self.first = (np.zeros(n, np.int64) for _ in range(4))
        self.basket = np.zeros(MOST_LINES + 1, np.int64)
        self.later = np.zeros((cats, cats), np.int64)
        self.quantity = np.zeros(max(subject.scenario.basket.quantity) + 1, np.int64)
        self.everyday = np.zeros(2, np.int64)  # lines on days without an event's discount; those reduced
        self.revenue = 0
        self.refunded = 0
        self.squares = np.zeros(3)  # over orders: revenue^2, revenue x cost, cost^2
        self._category: Counts | None = None

    def observe(self, columns: dict[str, Any]) -> None:
        """Take note of lines; the last order waits, as its lines may go on in the next batch."""
        columns = {k: v for k, v in columns.items() if not isinstance(v, pa.Array)}
        if self._carry is not None:
            columns = {k: np.concatenate([self._carry[k], v]) for k, v in columns.items()}
        order = columns["order"]
        start = int(np.flatnonzero(order != order[-1])[-1]) + 1 if (order != order[-1]).any() else 0
        self._carry = {k: v[start:].copy() for k, v in columns.items()}
        if start:
            self._whole({k: v[:start] for k, v in columns.items()})

    def close(self) -> None:
        """Take note of what waits; orders still open have no lines."""
        if self._carry is not None:
            carry, self._carry = self._carry, None
            self._whole(carry)

    def _whole(self, columns: dict[str, Any]) -> None:
        order, product = columns["order"], columns["product"]
        n = len(order)
        starts = np.concatenate([[0], np.flatnonzero(np.diff(order)) + 1])
        sizes = np.diff(starts, append=n)
        self.orders += len(starts)
        self.rows += n
        self.basket += np.bincount(np.minimum(sizes, MOST_LINES), minlength=MOST_LINES + 1)
        cells = self.open_orders.match(order[starts], self._offences) if self._with_orders else None
        place = np.arange(n) - np.repeat(starts, sizes)
        if "number" in columns:
            number = columns["number"]
            self._offences.where(
                "lines.numbers",
                number != place + 1,
                lambda i: f"order {order[i]}: line {number[i]} stands at place {place[i] + 1}",
            )
        sku = product - self._subject.scenario.catalog.first_sku
        known = (sku >= 0) & (sku < self.skus)
        note = self._offences.where
        note("lines.products", ~known, lambda i: f"order {order[i]}: SKU {product[i]} does not exist")
        sku = np.where(known, sku, 0)
        self._twice(order, product, sku, starts, sizes)
        self.lines += np.bincount(sku[known], minlength=self.skus)
        head = starts[known[starts]]
        self.first += np.bincount(sku[head], minlength=self.skus)
        if self.catalog is not None:
            self._categories(sku, np.repeat(sku[starts], sizes), place, known)
        self._sold(columns, order, product, sku, known, starts, sizes, cells)

    def _twice(self, order: Counts, product: Counts, sku: Counts, starts: Counts, sizes: Counts) -> None:
        key = np.repeat(np.arange(len(starts)), sizes) * self.skus + sku
        in_order = np.sort(key)
        if (in_order[1:] == in_order[:-1]).any():
            by_key = np.lexsort((product, order))
            o, p = order[by_key], product[by_key]
            again = np.concatenate([[False], (o[1:] == o[:-1]) & (p[1:] == p[:-1])])
            self._offences.where("lines.distinct", again, lambda i: f"order {o[i]} holds SKU {p[i]} twice")

    def _categories(self, sku: Counts, first: Counts, place: Counts, known: Counts) -> None:
        if self._category is None:
            codes = self.category_of
            self._category = codes if len(codes) else np.full(self.skus, -1)
        cats = len(self.categories)
        later = (place > 0) & known
        one, two = self._category[first[later]], self._category[sku[later]]
        ok = (one >= 0) & (two >= 0)
        self.later += np.bincount(one[ok] * cats + two[ok], minlength=cats * cats).reshape(cats, cats)

    def _sold(  # noqa: PLR0917 - columns of one block of lines
        self,
        columns: dict[str, Any],
        order: Counts,
        product: Counts,
        sku: Counts,
        known: Counts,
        starts: Counts,
        sizes: Counts,
        cells: Counts | None,
    ) -> None:
        note, n = self._offences.where, self.skus
        allowed = self._subject.scenario.basket.quantity
        units = columns.get("quantity", np.ones(len(order), np.int64))
        note(
            "lines.quantity",
            ~np.isin(units, list(allowed)),
            lambda i: f"order {order[i]}, SKU {product[i]}: quantity {units[i]}",
        )
        self.quantity += np.bincount(np.clip(units, 0, max(allowed)), minlength=max(allowed) + 1)
        sold = np.bincount(sku[known], units[known], minlength=n).astype(np.int64)
        self.units += sold
        returned = columns.get("is_returned", np.zeros(len(order), bool)).astype(bool)
        self.returns += np.bincount(sku[known & returned], minlength=n)
        if "discount" in columns:
            self._discounts(columns["discount"], order, product, sizes, cells)
        if "unit_price" not in columns:
            return
        paid = columns["unit_price"]
        revenue = paid * units
        self.revenue += int(revenue.sum())
        self.refunded += int(revenue[returned].sum())
        by_order = np.add.reduceat(revenue, starts)
        if cells is not None:
            ok = cells >= 0
            by_cell = np.bincount(cells[ok], by_order[ok], minlength=self.cells.size)
            self.cells += by_cell.astype(np.int64).reshape(self.cells.shape)
        by_order = by_order.astype(np.float64)
        costs = np.zeros(len(starts))
        if self.catalog is not None and "cost" in self.catalog:
            costs = np.add.reduceat(self.catalog["cost"][sku] * units, starts).astype(np.float64)
        self.squares += [by_order @ by_order, by_order @ costs, costs @ costs]
        if self.catalog is not None and "price" in self.catalog and "discount" in columns:
            listed, percent = self.catalog["price"][sku], columns["discount"]
            due = (listed * (100 - percent) + 50) // 100
            note(
                "lines.price_paid",
                known & (paid != due),
                lambda i: (
                    f"order {order[i]}, SKU {product[i]}: {paid[i]} cents paid, {due[i]} are due "
                    f"({listed[i]} less {percent[i]} %)"
                ),
            )

    def _discounts(
        self, percent: Counts, order: Counts, product: Counts, sizes: Counts, cells: Counts | None
    ) -> None:
        if cells is None:
            return
        cell = np.repeat(cells, sizes)
        event = np.where(cell >= 0, self._event[np.maximum(cell, 0) // len(self._subject.shops)], 0)
        everyday = self._subject.scenario.everyday_discount.percent

        def words(i: int) -> str:
            return f"order {order[i]}, SKU {product[i]}: discount of {percent[i]} %"

        on_event, known = event > 0, cell >= 0
        note = self._offences.where
        note("lines.event_discount", known & on_event & (percent != event), words)
        normal = known & ~on_event
        note("lines.everyday_discount", normal & (percent != 0) & (percent != everyday), words)
        self.everyday += [np.count_nonzero(normal), np.count_nonzero(normal & (percent == everyday))]

    def merge(self, other: LineTally) -> None:
        """Add the figures of the lines that follow."""
        self.orders += other.orders
        self.rows += other.rows
        self.revenue += other.revenue
        self.refunded += other.refunded
        self.catalog = self.catalog if self.catalog is not None else other.catalog
        self.open_orders.extend(other.open_orders)
        for name in ("cells", "units", "lines", "returns", "first", "basket", "later", "quantity"):
            mine: Counts = getattr(self, name)
            mine += getattr(other, name)
        self.everyday += other.everyday
        self.squares += other.squares

    def weights(self) -> Floats | None:
        """Sales weight of each SKU, adding up to 1; None without products or the solved power."""
        power = self._subject.solved.get("popularity_power")
        if self.catalog is None or "sales_rank" not in self.catalog or power is None:
            return None
        rank = self.catalog["sales_rank"]
        if not np.isfinite(rank).all() or (rank <= 0).any():
            return None
        weights = np.asarray((rank / rank.max()) ** power, np.float64)
        return np.asarray(weights / weights.sum(), np.float64)

    @property
    def category_of(self) -> Counts:
        """Category of each SKU by its place in the scenario; -1 where it has none."""
        index = {name: i for i, name in enumerate(self.categories)}
        names = self.catalog["category"].to_pylist() if self.catalog and "category" in self.catalog else []
        return np.array([index.get(name, -1) for name in names], np.int64)
