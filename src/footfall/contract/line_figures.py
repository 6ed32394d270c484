"""Figures of lines: counts by SKU, baskets, what goes together, quantities, returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.contract.amount_figures import AmountTally, Block
from footfall.contract.offences import Offences
from footfall.contract.open_orders import OpenOrders
from footfall.contract.order_figures import on
from footfall.contract.statistics import Counts, Floats
from footfall.contract.subject import Subject
from footfall.contract.value_figures import ValueTally

MOST_LINES = 33
"""Baskets of this many lines and more are counted together; no law has them."""
Bought = Callable[[Counts, Counts, Counts], None]


class LineTally:
    """Mergeable figures of lines, observed in file order, an order's lines together."""

    def __init__(
        self, subject: Subject, offences: Offences, values: ValueTally, bought: Bought | None = None
    ) -> None:
        catalog = subject.scenario.catalog
        self._subject = subject
        self._offences = offences
        self._bought = bought  # told customer, SKU and day since 1970 of lines that may be reviewed
        self._reviewable = _reviewable(subject)
        self._values_wanted = values.wanted
        self._carry: dict[str, Any] | None = None
        self._with_orders = subject.spec("order") is not None
        self.categories = tuple(catalog.categories)
        self.catalog: dict[str, Any] | None = None
        self.open_orders = OpenOrders()
        self.amounts = AmountTally(subject, offences, values)
        self.skus, cats = catalog.skus, len(self.categories)
        self.orders = self.rows = 0
        self.first_id: int | None = None
        self._last_id = 0
        n = self.skus
        self.units, self.lines, self.returns, self.first = (np.zeros(n, np.int64) for _ in range(4))
        self.basket = np.zeros(MOST_LINES + 1, np.int64)
        self.later = np.zeros((cats, cats), np.int64)
        self.quantity = np.zeros(max(subject.scenario.basket.quantity) + 1, np.int64)
        self._category: Counts | None = None

    @property
    def carried(self) -> tuple[str, ...]:
        """Columns of the orders that their lines ask for."""
        shows = self._subject.shows
        named = self._bought is not None or (self._values_wanted and not shows("order.total"))
        wanted = {"cell": True, "customer": named, "status": named, "total": True}
        return tuple(field for field, is_wanted in wanted.items() if is_wanted)

    def observe(self, columns: dict[str, Any]) -> None:
        """Take note of lines; the last order waits, as its lines may go on in the next batch."""
        columns = {k: v for k, v in columns.items() if not isinstance(v, pa.Array)}
        if not {"order", "product"} <= columns.keys():
            self.rows += len(next(iter(columns.values()), ()))
            return
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
        note, n = self._offences.where, len(order)
        starts = np.concatenate([[0], np.flatnonzero(np.diff(order)) + 1])
        sizes = np.diff(starts, append=n)
        self.orders += len(starts)
        self.rows += n
        self.basket += np.bincount(np.minimum(sizes, MOST_LINES), minlength=MOST_LINES + 1)
        sku = product - self._subject.scenario.catalog.first_sku
        known = (sku >= 0) & (sku < self.skus)
        note("lines.products", ~known, lambda i: f"order {order[i]}: SKU {product[i]} does not exist")
        block = Block(
            columns=columns,
            sku=np.where(known, sku, 0),
            known=known,
            units=columns.get("quantity", np.ones(n, np.int64)),
            starts=starts,
            sizes=sizes,
            orders=self.open_orders.match(order[starts], self._offences) if self._with_orders else {},
        )
        self._numbers(block)
        self._twice(block)
        self._counts(block)
        if self.catalog is not None:
            self._categories(block)
            self._listed(block, self.catalog)
        if self._bought is not None:
            self._tell_bought(block, self._bought)
        self.amounts.observe(block, self.catalog, self._category)

    def _numbers(self, block: Block) -> None:
        columns, note = block.columns, self._offences.where
        order = columns["order"]
        if "number" in columns:
            number = columns["number"]
            place = np.arange(1, len(order) + 1) - np.repeat(block.starts, block.sizes)
            note(
                "lines.numbers",
                number != place,
                lambda i: f"order {order[i]}: line {number[i]} stands at place {place[i]}",
            )
        if "id" in columns:
            ids = columns["id"]
            if self.first_id is None:
                self.first_id, self._last_id = int(ids[0]), int(ids[0]) - 1
            before = np.concatenate([[self._last_id], ids[:-1]])
            note("lines.ids", ids != before + 1, lambda i: f"line {ids[i]} follows line {before[i]}")
            self._last_id = int(ids[-1])

    def _twice(self, block: Block) -> None:
        key = np.repeat(np.arange(len(block.starts)), block.sizes) * self.skus + block.sku
        in_order = np.sort(key)
        if (in_order[1:] == in_order[:-1]).any():
            order, product = block.columns["order"], block.columns["product"]
            by_key = np.lexsort((product, order))
            o, p = order[by_key], product[by_key]
            again = np.concatenate([[False], (o[1:] == o[:-1]) & (p[1:] == p[:-1])])
            self._offences.where("lines.distinct", again, lambda i: f"order {o[i]} holds SKU {p[i]} twice")

    def _counts(self, block: Block) -> None:
        sku, known, units, n = block.sku, block.known, block.units, self.skus
        self.lines += np.bincount(sku[known], minlength=n)
        head = block.starts[known[block.starts]]
        self.first += np.bincount(sku[head], minlength=n)
        allowed = self._subject.scenario.basket.quantity
        self._offences.where(
            "lines.quantity",
            ~np.isin(units, list(allowed)),
            lambda i: f"{block.name(i)}: quantity {units[i]}",
        )
        self.quantity += np.bincount(np.clip(units, 0, max(allowed)), minlength=max(allowed) + 1)
        self.units += np.bincount(sku[known], units[known], minlength=n).astype(np.int64)
        if "is_returned" in block.columns:
            returned = block.columns["is_returned"].astype(bool)
            self.returns += np.bincount(sku[known & returned], minlength=n)

    def _categories(self, block: Block) -> None:
        if self._category is None:
            codes = self.category_of
            self._category = codes if len(codes) else np.full(self.skus, -1)
        cats = len(self.categories)
        later = block.known.copy()
        later[block.starts] = False
        first = np.repeat(block.sku[block.starts], block.sizes)
        one, two = self._category[first[later]], self._category[block.sku[later]]
        ok = (one >= 0) & (two >= 0)
        self.later += np.bincount(one[ok] * cats + two[ok], minlength=cats * cats).reshape(cats, cats)

    def _listed(self, block: Block, catalog: dict[str, Any]) -> None:
        if "created" not in catalog or "cell" not in block.orders:
            return
        created, cell = catalog["created"][block.sku], block.by_line("cell")
        day = cell // len(self._subject.shops) + self._subject.start
        self._offences.where(
            "products.created",
            block.known & (cell >= 0) & (created > day),
            lambda i: f"{block.name(i)}: sold on {on(day[i])}, created on {on(created[i])}",
        )

    def _tell_bought(self, block: Block, bought: Bought) -> None:
        orders = block.orders
        if "customer" not in orders:
            return
        ok = (orders["customer"] > 0) & (orders["cell"] >= 0)
        if "status" in orders:
            ok &= self._reviewable[orders["status"]]
        line = np.repeat(ok, block.sizes) & block.known
        day = block.by_line("cell")[line] // len(self._subject.shops) + self._subject.start
        customer = block.by_line("customer")[line].astype(np.int64)
        bought(customer, block.columns["product"][line], day.astype(np.int64))

    def merge(self, other: LineTally) -> None:
        """Add the figures of the lines that follow."""
        self.orders += other.orders
        self.rows += other.rows
        self.catalog = self.catalog if self.catalog is not None else other.catalog
        self.open_orders.extend(other.open_orders)
        self.amounts.merge(other.amounts)
        for name in ("units", "lines", "returns", "first", "basket", "later", "quantity"):
            mine: Counts = getattr(self, name)
            mine += getattr(other, name)
        if other.first_id is None:
            return
        if self.first_id is None:
            self.first_id = other.first_id
        elif other.first_id != self._last_id + 1:
            self._offences.add("lines.ids", 1, f"line {other.first_id} follows line {self._last_id}")
        self._last_id = other._last_id

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


def _reviewable(subject: Subject) -> npt.NDArray[np.bool_]:
    """Whether an order of each status lets its customer review; the last is for unknown ones."""
    fulfilment, reviews = subject.scenario.fulfilment, subject.scenario.reviews
    statuses = fulfilment.shares if fulfilment else {}
    return np.array([*(reviews is not None and s in reviews.statuses for s in statuses), False])
