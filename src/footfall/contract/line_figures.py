"""Figures of lines: counts by SKU, baskets, what goes together, quantities, returns."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.contract.amount_figures import AmountTally
from footfall.contract.block import Block, cuts
from footfall.contract.grouping import MOST_LINES, grouped
from footfall.contract.histories import HistoryTally
from footfall.contract.line_charges import CARRIED
from footfall.contract.offences import Offences
from footfall.contract.open_orders import OpenOrders
from footfall.contract.order_figures import on
from footfall.contract.places import tally
from footfall.contract.promotions import PromotionTally
from footfall.contract.statistics import Counts, Floats
from footfall.contract.subject import Subject
from footfall.contract.value_figures import ValueTally
from footfall.core import compiled

Bought = Callable[[Counts, Counts, Counts, Counts | None], None]


class LineTally:
    """Mergeable figures of lines, observed in file order, an order's lines together.

    Attributes
    ----------
    joint
        Lines by SKU, category of the order's first item (the last but one: not known, or nothing to tell
        it; the last: this is the first item), units (at most the most that the scenario has) and whether
        they came back.
    basket
        Orders by their number of lines.
    """

    def __init__(
        self, subject: Subject, offences: Offences, values: ValueTally, bought: Bought | None = None
    ) -> None:
        catalog = subject.scenario.catalog
        self._subject = subject
        self._offences = offences
        self._bought = bought  # told customer, SKU, day since 1970, lateness of lines to review
        self._reviewable = np.array(subject.reviewable)
        self._values_wanted = values.wanted
        self._carry: dict[str, Any] | None = None
        self._with_orders = subject.spec("order") is not None
        self.categories = tuple(catalog.categories)
        self.catalog: dict[str, Any] | None = None
        self.open_orders = OpenOrders()
        self.amounts = AmountTally(subject, offences, values)
        self.promoted = PromotionTally(subject)
        self.histories = HistoryTally(subject)
        self.skus, cats = catalog.skus, len(self.categories)
        self.most_units = max(subject.scenario.basket.quantity)
        self.orders = self.rows = 0
        self.first_id: int | None = None
        self._last_id = 0
        self._allowed = np.array([k in subject.scenario.basket.quantity for k in range(self.most_units + 1)])
        self.joint = np.zeros((self.skus, cats + 2, self.most_units + 1, 2), np.int64)
        self._further_units = np.zeros(self.skus, np.int64)
        self._units_of_unknown = np.zeros(self.most_units + 1, np.int64)
        self.basket = np.zeros(MOST_LINES + 1, np.int64)
        self._category: Counts | None = None
        # All counts of lines are by place in `joint`; narrow places take a quarter of the time.
        self._kind = np.int16 if self.joint.size <= np.iinfo(np.int16).max else np.int64
        self._classes = np.full(self.skus, cats, self._kind)

    @cached_property
    def carried(self) -> tuple[str, ...]:
        """Columns of the orders that their lines ask for."""
        shows = self._subject.shows
        named = self._bought is not None or (self._values_wanted and not shows("order.total"))
        named = named or self.histories.wanted
        wanted = {"cell": True, "customer": named, "status": named, "total": True}
        wanted |= {**dict.fromkeys(CARRIED, True), "late": self._bought is not None}
        return tuple(field for field, is_wanted in wanted.items() if is_wanted)

    def observe(self, columns: dict[str, Any]) -> None:
        """Take note of lines; the last order waits, as its lines may go on in the next batch."""
        columns = self._judged(columns)
        if not columns:
            return
        at = 0
        for cut in cuts(columns["order"]):
            self._whole(self._with_carry({k: v[at:cut] for k, v in columns.items()}))
            at = cut
        self._carry = self._with_carry({k: v[at:].copy() for k, v in columns.items()})

    def observe_whole(self, columns: dict[str, Any]) -> None:
        """Take note of lines of whole orders: none of them goes on in the next batch."""
        self.close()
        if columns := self._judged(columns):
            self._whole(columns)

    def _judged(self, columns: dict[str, Any]) -> dict[str, Any]:
        """Columns that figures are made of; none where the lines' orders or products are not published."""
        columns = {k: v for k, v in columns.items() if not isinstance(v, pa.Array)}
        if {"order", "product"} <= columns.keys():
            return columns
        self.rows += len(next(iter(columns.values()), ()))
        return {}

    def _with_carry(self, columns: dict[str, Any]) -> dict[str, Any]:
        carry, self._carry = self._carry, None
        return columns if carry is None else {k: np.concatenate([carry[k], v]) for k, v in columns.items()}

    def close(self) -> None:
        """Take note of what waits; orders still open have no lines."""
        if self._carry is not None:
            carry, self._carry = self._carry, None
            self._whole(carry)

    def _whole(self, columns: dict[str, Any]) -> None:
        order, product = columns["order"], columns["product"]
        note, n = self._offences.where, len(order)
        self._know_categories()
        units = columns["quantity"] if "quantity" in columns else np.ones(n, np.int64)
        lines = grouped(columns, units, self._subject.scenario.catalog, self.most_units, self._kind)
        self.orders += len(lines.starts)
        self.rows += n
        self.basket += lines.of_size
        if lines.known is not None:
            unknown = ~lines.known
            note("lines.products", unknown, lambda i: f"order {order[i]}: SKU {product[i]} does not exist")
        heads = range(int(order[0]), int(order[-1]) + 1) if lines.is_rising else order.take(lines.starts)
        orders = self.open_orders.match(heads, self._offences) if self._with_orders else {}
        cells = orders.get("cell")
        block = Block(
            **vars(lines),
            columns=columns,
            units=units,
            orders=orders,
            range_of_cells=(-1, -1) if cells is None else (int(cells.min()), int(cells.max())),
        )
        if not block.is_numbered:
            self._numbers(block)
        if "id" in columns:
            self._ids(columns["id"])
        if block.may_hold_twice:
            self._twice(block)
        self._counts(block)
        if self.catalog is not None:
            self._listed(block, self.catalog)
        if self._bought is not None:
            self._tell_bought(block, self._bought)
        if self.histories.wanted and "customer" in block.orders:
            self.histories.observe(block)
        self.promoted.observe(block, self._category)
        self.amounts.observe(block, self.catalog, self._category)

    def _numbers(self, block: Block) -> None:
        order, number = block.columns["order"], block.columns["number"]
        place = np.arange(1, len(order) + 1) - block.by_line(block.starts)
        self._offences.where(
            "lines.numbers",
            number != place,
            lambda i: f"order {order[i]}: line {number[i]} stands at place {place[i]}",
        )

    def _ids(self, ids: Counts) -> None:
        if self.first_id is None:
            self.first_id, self._last_id = int(ids[0]), int(ids[0]) - 1
        if ids[0] != self._last_id + 1 or not (ids[1:] - ids[:-1] == 1).all():
            before = np.concatenate([[self._last_id], ids[:-1]])
            self._offences.where(
                "lines.ids", ids != before + 1, lambda i: f"line {ids[i]} follows line {before[i]}"
            )
        self._last_id = int(ids[-1])

    def _twice(self, block: Block) -> None:
        order, product = block.columns["order"], block.columns["product"]
        by_key = np.lexsort((product, order))
        o, p = order[by_key], product[by_key]
        again = np.concatenate([[False], (o[1:] == o[:-1]) & (p[1:] == p[:-1])])
        self._offences.where("lines.distinct", again, lambda i: f"order {o[i]} holds SKU {p[i]} twice")

    def _counts(self, block: Block) -> None:
        units, few, returned = block.units, block.few, block.columns.get("is_returned")
        if compiled.is_available() and block.known is None:
            compiled.run(
                "count_lines", len(few), block.begins, block.sku, few, returned,
                self._classes.astype(np.int32), *self.joint.shape[1:3], self.joint,
            )  # fmt: skip
        else:
            self._count_steps(block, returned)
        if block.known is not None:
            tally(self._units_of_unknown, few[~block.known])
        fewest, most = block.range_of_units
        if fewest < 0 or most > self.most_units or not self._allowed[fewest : most + 1].all():
            wrong = ~self._allowed[few] | (units != few)
            note = self._offences.where
            note("lines.quantity", wrong, lambda i: f"{block.name(i)}: quantity {units[i]}")
            tally(self._further_units, block.of_known(block.sku), block.of_known(units - few))

    def _count_steps(self, block: Block, returned: npt.NDArray[np.bool_] | None) -> None:
        """Count the lines by their place in `joint`, worked out for all of them step by step."""
        _, classes, kinds, _ = self.joint.shape
        of_first = block.by_line((self._classes * (kinds * 2)).take(block.sku.take(block.starts)))
        # A fifth of the time of an assignment.
        of_first += ((classes - 1) * kinds * 2 - of_first) * block.begins
        place = block.sku * (classes * kinds * 2)
        place += of_first
        place += block.few << 1
        if returned is not None:
            place += returned.view(np.int8)
        tally(self.joint, block.of_known(place))

    def _know_categories(self) -> None:
        if self.catalog is not None and self._category is None:
            codes = self.category_of
            self._category = codes if len(codes) else np.full(self.skus, -1)
            known = np.where(self._category < 0, len(self.categories), self._category)
            self._classes = known.astype(self._kind)

    @property
    def first(self) -> Counts:
        """First lines by SKU."""
        return np.asarray(self.joint[:, -1].sum((1, 2)))

    @property
    def lines(self) -> Counts:
        """Lines by SKU."""
        return np.asarray(self.joint.sum((1, 2, 3)))

    @property
    def returns(self) -> Counts:
        """Lines that came back by SKU."""
        return np.asarray(self.joint[..., 1].sum((1, 2)))

    @property
    def units(self) -> Counts:
        """Units by SKU."""
        return np.asarray(self.joint.sum((1, 3)) @ np.arange(self.most_units + 1) + self._further_units)

    @property
    def quantity(self) -> Counts:
        """Lines by units; more than the scenario has count as the most it has."""
        return np.asarray(self.joint.sum((0, 1, 3)) + self._units_of_unknown)

    @property
    def later(self) -> Counts:
        """Later lines by the category of the order's first item and their own."""
        cats = range(len(self.categories))
        out = np.zeros((len(cats), len(cats)), np.int64)
        if self._category is not None:
            by_first = self.joint.sum((2, 3))
            for own in cats:
                out[:, own] = by_first[self._category == own, :-2].sum(0)
        return out

    def _listed(self, block: Block, catalog: dict[str, Any]) -> None:
        if "cell" not in block.orders:
            return
        shops, start = len(self._subject.shops), self._subject.start
        first, last = (cell // shops + start for cell in block.range_of_cells)
        comes = "created" in catalog and catalog["created"].max() > first
        goes = "delisted" in catalog and catalog["delisted"].min() < last
        if not comes and not goes:
            return
        cell, note = block.by_line(block.orders["cell"]), self._offences.where
        day, known = cell // shops + start, block.all_known() & (cell >= 0)
        if comes:
            created = catalog["created"].take(block.sku)
            note(
                "products.created",
                known & (created > day),
                lambda i: f"{block.name(i)}: sold on {on(day[i])}, created on {on(created[i])}",
            )
        if goes:
            gone = catalog["delisted"].take(block.sku)
            note(
                "products.delisted",
                known & (gone < day),
                lambda i: f"{block.name(i)}: sold on {on(day[i])}, delisted on {on(gone[i])}",
            )

    def _tell_bought(self, block: Block, bought: Bought) -> None:
        orders = block.orders
        if "customer" not in orders:
            return
        ok = (orders["customer"] > 0) & (orders["cell"] >= 0)
        if "status" in orders:
            ok &= self._reviewable[orders["status"]]
        line = block.by_line(ok) & block.all_known()
        place = block.place[line]
        day = orders["cell"].take(place) // len(self._subject.shops) + self._subject.start
        late = orders["late"].take(place) if "late" in orders else None
        bought(orders["customer"].take(place), block.columns["product"][line], day, late)

    def merge(self, other: LineTally) -> None:
        """Add the figures of the lines that follow."""
        self.orders += other.orders
        self.rows += other.rows
        self.catalog = self.catalog if self.catalog is not None else other.catalog
        self.open_orders.extend(other.open_orders)
        self.amounts.merge(other.amounts)
        self.promoted.merge(other.promoted)
        self.histories.merge(other.histories)
        self._know_categories()
        for name in ("joint", "basket", "_further_units", "_units_of_unknown"):
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
        of_category = np.array([c.weight for c in self._subject.scenario.catalog.categories.values()])
        if (of_category != of_category[0]).any():
            category = self.category_of
            if not len(category) or (category < 0).any():
                return None
            weights *= of_category[category]
        return np.asarray(weights / weights.sum(), np.float64)

    @property
    def category_of(self) -> Counts:
        """Category of each SKU by its place in the scenario; -1 where it has none."""
        index = {name: i for i, name in enumerate(self.categories)}
        names = self.catalog["category"].to_pylist() if self.catalog and "category" in self.catalog else []
        return np.array([index.get(name, -1) for name in names], np.int64)
