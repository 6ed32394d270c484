"""Figures of what lines cost: discounts, prices, totals, revenue by day and shop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.block import Block
from footfall.contract.calendar import event_discounts
from footfall.contract.line_charges import LineCharges
from footfall.contract.listed_cash import ListedCash
from footfall.contract.offences import Offences
from footfall.contract.places import tally
from footfall.contract.promotions import Promises
from footfall.contract.statistics import Counts, Floats
from footfall.contract.subject import Subject
from footfall.contract.value_figures import ValueTally
from footfall.contract.versions import Versions
from footfall.core import compiled
from footfall.core.arrays import packed

_PERCENTS = 101
_PRODUCT_AT_ONCE = 1 << 13


class AmountTally:
    """Mergeable sums of money over lines.

    Attributes
    ----------
    everyday
        Lines by discount in percent, on days without an event's discount.
    squares
        Over orders: revenue^2, revenue x cost, cost^2.
    cost
        What the goods of all lines cost, in cents.
    listed
        What all lines would have brought at list prices, in cents; where a target asks for discounts.
    versions
        Prices and costs by day, where they change and are published.
    by_category
        Revenue by category, the last for unknown ones; where a target asks for its share of revenue.
    with_category
        Orders with an item of each promised category, and without: number, sum and squares of values.
    """

    def __init__(self, subject: Subject, offences: Offences, values: ValueTally) -> None:
        self._subject, self._offences = subject, offences
        self._values = None if subject.shows("order.total") or not values.wanted else values
        self._event = event_discounts(subject)
        law = subject.scenario.discount.shares
        self._everyday_allowed = np.zeros(_PERCENTS, bool)
        self._everyday_allowed[[percent for percent, share in law.items() if share]] = True
        events = {int(percent) for percent in self._event if percent}
        self._promises = Promises.of(subject)
        if self._promises is not None:
            events |= set(self._promises.discount[self._promises.discount > 0].tolist())
        self._percents = sorted({percent for percent, share in law.items() if share} | events)
        self._kind_of = np.full(_PERCENTS, np.iinfo(np.uint8).max, np.uint8)
        self._kind_of[self._percents] = np.arange(len(self._percents))
        self._event_only = ~self._everyday_allowed[self._percents]
        self._charges = LineCharges(subject, offences)
        self._listed = ListedCash(subject, self._percents, self._due)
        names = list(subject.scenario.catalog.categories)
        wanted = subject.scenario.promises.category_order_value_times_min
        self._promised = [names.index(name) if name in names else -2 for name in wanted]
        self.cells = np.zeros((subject.days, len(subject.shops)), np.int64)
        self.everyday = np.zeros(_PERCENTS, np.int64)
        self.squares = np.zeros(3)
        steered = any(t.of == "revenue" for t in subject.scenario.targets.category_share.values())
        self.by_category = np.zeros(len(names) + 1 if steered else 0, np.int64)
        self.with_category = np.zeros((len(wanted), 2, 3))
        self.revenue = self.refunded = self.cost = 0
        self._lists, self.listed = subject.scenario.targets.discount_rate is not None, 0
        self.versions: Versions | None = None
        self._change = subject.scenario.catalog.price_changes is not None

    def observe(self, block: Block, catalog: dict[str, Any] | None, category: Counts | None) -> None:
        """Take note of lines; `category` is that of each SKU."""
        columns = block.columns
        kinds = self._kinds(columns["discount"]) if "discount" in columns else None
        if "discount" in columns:
            self._discounts(block, kinds, category)
        if self._charges.wanted:
            self._charges.observe(block, self._worth(block, self._sold(block, catalog)), category)
        sums = None if self._change else self._listed.sums(block, kinds, catalog)
        if sums is None:
            sold = self._sold(block, catalog)
            self._prices(block, sold)
            sums = self._stated(block, sold)
        if sums is None:
            return
        value, costs, refunded = sums
        self.revenue += int(value.sum())
        self.cost += int(costs.sum())
        self.refunded += refunded
        if self._lists:
            self._list_value(block, self._sold(block, catalog))
        exact, cost = _floats(value), _floats(costs)
        self._by_order(block, value)
        self.squares += [_product(exact, exact), _product(exact, cost), _product(cost, cost)]
        if category is not None:
            self._by_category(block, catalog, category)
            for i, promised in enumerate(self._promised):
                has = block.by_order((category == promised).astype(np.int64).take(block.sku)) > 0
                for side, part in enumerate((value[has], value[~has])):
                    square = _product(_floats(part), _floats(part))
                    self.with_category[i, side] += [len(part), part.sum(), square]

    def _sold(self, block: Block, catalog: dict[str, Any] | None) -> dict[str, Counts]:
        """List price and cost of each line's SKU on the order's day, where they are known; -1 for none."""
        if not self._change:
            return {f: catalog[f][block.sku] for f in ("price", "cost") if catalog and f in catalog}
        cells = block.orders.get("cell")
        if self.versions is None or cells is None:
            return {}
        day = block.by_line(np.where(cells >= 0, cells // len(self._subject.shops) + self._subject.start, -1))
        place = self.versions.at(block.columns["product"], day)
        known, columns = np.maximum(place, 0), self.versions.columns
        return {f: np.where(place >= 0, columns[f][known], -1) for f in ("price", "cost") if f in columns}

    def _stated(self, block: Block, sold: dict[str, Counts]) -> tuple[Counts, Counts, int] | None:
        """Value and cost of each order, and what was refunded, as the lines state it; else None."""
        columns, refunded = block.columns, 0
        if "total" in columns:
            revenue = columns["total"]
        elif "unit_price" in columns:
            revenue = columns["unit_price"] * block.units
        else:
            return None
        if "is_returned" in columns:
            refunded = int(revenue[columns["is_returned"].astype(bool)].sum())
        costs = np.zeros(len(block.starts), np.int64)
        if "cost" in sold:
            costs = block.by_order(sold["cost"] * block.units)
        return block.by_order(revenue), costs, refunded

    def _worth(self, block: Block, sold: dict[str, Counts]) -> Counts | None:
        """Cents of each line, as it states them or as they follow from what it states; else None."""
        columns = block.columns
        if "total" in columns:
            return np.asarray(columns["total"])
        if "unit_price" in columns and self._subject.scenario.discount.rounded_by == "unit":
            return np.asarray(columns["unit_price"] * block.units)
        if "quantity" not in columns and set(self._subject.scenario.basket.quantity) != {1}:
            return None
        percent = columns.get("discount")
        if percent is None and len(self._percents) == 1:
            percent = np.full(len(block.sku), self._percents[0])
        each = columns.get("list_price", sold.get("price"))
        return None if percent is None or each is None else self._due(each, percent, block.units)

    def _list_value(self, block: Block, sold: dict[str, Counts]) -> None:
        each = block.columns.get("list_price", sold.get("price"))
        if each is not None:
            self.listed += int((each * block.units)[block.all_known()].sum())

    def _by_category(self, block: Block, catalog: dict[str, Any] | None, category: Counts) -> None:
        if not self.by_category.size or (worth := self._worth(block, self._sold(block, catalog))) is None:
            return
        unknown = len(self.by_category) - 1
        place = np.where(category < 0, unknown, category).take(block.sku)
        if block.known is not None:
            place = np.where(block.known, place, unknown)
        tally(self.by_category, place, worth)

    def _kinds(self, percent: Counts) -> tuple[npt.NDArray[np.int8], Counts] | None:
        """Place of each discount among those of the scenario, and lines by it; None if one is strange."""
        if compiled.is_available():
            kinds, seen = np.empty(len(percent), np.int8), np.empty(len(self._percents), np.int64)
            are_known = compiled.run(
                "classify_percents", len(kinds), packed(percent), self._kind_of, len(seen), kinds, seen
            )
            return (kinds, seen) if are_known else None
        if percent.view(np.uint64).max() >= _PERCENTS:  # numbers below 0 are the largest ones then
            return None
        small, kinds, counts = percent.astype(np.int8), np.zeros(len(percent), np.int8), []
        for place, known in enumerate(self._percents):
            here = small == known
            counts.append(int(np.count_nonzero(here)))
            if place:
                kinds += here.view(np.int8) * np.int8(place)
        return (kinds, np.array(counts)) if sum(counts) == len(percent) else None

    def _by_order(self, block: Block, value: Counts) -> None:
        cells = block.orders.get("cell")
        if cells is None:
            return
        ok: Any = True if block.range_of_cells[0] >= 0 else cells >= 0
        tally(self.cells, *((cells, value) if ok is True else (cells[ok], value[ok])))
        if self._values is not None:
            day = np.where(ok, cells // len(self._subject.shops), -1)
            self._values.observe(block.orders, day, value)
        if "total" in block.orders:
            stated, order = block.orders["total"], block.columns["order"][block.starts]
            self._offences.where(
                "orders.amount",
                ok & (stated != value),
                lambda i: f"order {order[i]}: total of {stated[i]} cents, its lines add up to {value[i]}",
            )

    def _prices(self, block: Block, sold: dict[str, Counts]) -> None:
        columns, units, listed = block.columns, block.units, sold.get("price")
        each = columns.get("list_price", listed)

        def owed(check: str, given: Counts, due: Counts, verb: str, why: Callable[[int], str]) -> None:
            self._offences.where(
                check,
                block.all_known() & (given != due),
                lambda i: f"{block.name(i)}: {given[i]} cents {verb}, {due[i]} are due ({why(i)})",
            )

        if listed is not None and "list_price" in columns:
            owed(
                "lines.list_price",
                columns["list_price"],
                listed,
                "listed",
                lambda i: "the SKU's price" if listed[i] >= 0 else "no price of the SKU holds on that day",
            )
        if "discount" not in columns:
            return
        percent = columns["discount"]
        if listed is not None and "unit_price" in columns:
            due = (listed * (100 - percent) + 50) // 100
            paid = columns["unit_price"]
            owed("lines.price_paid", paid, due, "paid", lambda i: f"{_said(listed[i])} less {percent[i]} %")
        if each is not None and "total" in columns:
            due = self._due(each, percent, units)
            total = columns["total"]
            owed(
                "lines.total",
                total,
                due,
                "in total",
                lambda i: f"{units[i]} x {_said(each[i])} less {percent[i]} %",
            )

    def _due(self, listed: Counts, percent: Counts, units: Counts) -> Counts:
        """Cents of a line, rounded half up once, or for each unit, as the scenario has it."""
        if self._subject.scenario.discount.rounded_by == "line":
            return (units * listed * (100 - percent) + 50) // 100
        return units * ((listed * (100 - percent) + 50) // 100)

    def _discounts(
        self, block: Block, kinds: tuple[npt.NDArray[np.int8], Counts] | None, category: Counts | None
    ) -> None:
        cells = block.orders.get("cell")
        if cells is None:
            return
        if kinds is not None and block.range_of_cells[0] >= 0 and self._promises is None:
            # Orders follow their days, so that those of a block mostly have the same event, or none.
            first, last = (cell // len(self._subject.shops) for cell in block.range_of_cells)
            events, counts = set(self._event[first : last + 1].tolist()), kinds[1]
            if events == {0} and not counts[self._event_only].any():
                self.everyday[self._percents] += counts
                return
            if len(events) == 1 and events == {p for p, n in zip(self._percents, counts, strict=True) if n}:
                return
        percent, cell, note = block.columns["discount"], block.by_line(cells), self._offences.where
        day = np.maximum(cell, 0) // len(self._subject.shops)
        event, known = np.where(cell >= 0, self._event[day], 0), cell >= 0
        if self._promises is not None:
            of_line = np.full(len(block.sku), -1) if category is None else category.take(block.sku)
            known &= block.all_known() & (of_line >= 0)
            event = np.maximum(event, self._promises.discount[self._promises.kind[day], of_line])

        def words(i: int) -> str:
            return f"{block.name(i)}: discount of {percent[i]} %"

        on_event = event > 0
        note("lines.event_discount", known & on_event & (percent != event), words)
        normal, place = known & ~on_event, np.clip(percent, 0, _PERCENTS - 1)
        note("lines.everyday_discount", normal & ~self._everyday_allowed[place], words)
        self.everyday += np.bincount(place[normal], minlength=_PERCENTS)

    def merge(self, other: AmountTally) -> None:
        """Add the figures of the lines that follow."""
        self.revenue += other.revenue
        self.refunded += other.refunded
        self.cost += other.cost
        self.cells += other.cells
        self.everyday += other.everyday
        self.squares += other.squares
        self.by_category += other.by_category
        self.listed += other.listed
        self.with_category += other.with_category


def _said(price: int) -> str:
    return str(price) if price >= 0 else "a price that doesn't hold on that day"


def _floats(values: Counts) -> Floats:
    """The same as floats, in rows that are filled up with zeros."""
    out = np.empty(-(-len(values) // _PRODUCT_AT_ONCE) * _PRODUCT_AT_ONCE)
    out[: len(values)], out[len(values) :] = values, 0
    return out.reshape(-1, _PRODUCT_AT_ONCE)


def _product(a: Floats, b: Floats) -> float:
    # Row by row: from 10,000 values on OpenBLAS starts threads, which wait for each other.
    return float(np.vecdot(a, b).sum())
