"""Figures of what lines cost: discounts, prices, totals, revenue by day and shop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from footfall.contract.calendar import event_discounts
from footfall.contract.offences import Offences
from footfall.contract.open_orders import Columns
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject
from footfall.contract.value_figures import ValueTally

_PERCENTS = 101
AMOUNTS = ("total", "unit_price")
"""Fields of a line that tell its revenue, the better one first."""


@dataclass(frozen=True)
class Block:
    """Lines of whole orders in file order, and what is known of their orders.

    Attributes
    ----------
    sku
        Place of the line's product in the catalogue, 0 where it is not `known`.
    starts, sizes
        First line of each order, and its number of lines.
    orders
        Columns by order, of its cell and what else is carried; none where orders are not published.
    """

    columns: dict[str, Any]
    sku: Counts
    known: Counts
    units: Counts
    starts: Counts
    sizes: Counts
    orders: Columns

    def name(self, i: int) -> str:
        """Line by its key."""
        return f"order {self.columns['order'][i]}, SKU {self.columns['product'][i]}"

    def by_line(self, field: str) -> Counts:
        """Column of the orders, repeated for each of their lines."""
        return np.repeat(self.orders[field], self.sizes)


class AmountTally:
    """Mergeable sums of money over lines.

    Attributes
    ----------
    everyday
        Lines by discount in percent, on days without an event's discount.
    squares
        Over orders: revenue^2, revenue x cost, cost^2.
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
        names = list(subject.scenario.catalog.categories)
        wanted = subject.scenario.promises.category_order_value_times_min
        self._promised = [names.index(name) if name in names else -2 for name in wanted]
        self.cells = np.zeros((subject.days, len(subject.shops)), np.int64)
        self.everyday = np.zeros(_PERCENTS, np.int64)
        self.squares = np.zeros(3)
        self.with_category = np.zeros((len(wanted), 2, 3))
        self.revenue = self.refunded = 0

    def observe(self, block: Block, catalog: dict[str, Any] | None, category: Counts | None) -> None:
        """Take note of lines; `category` is that of each SKU."""
        columns = block.columns
        if "discount" in columns:
            self._discounts(block)
        self._prices(block, catalog)
        if "total" in columns:
            revenue = columns["total"]
        elif "unit_price" in columns:
            revenue = columns["unit_price"] * block.units
        else:
            return
        self.revenue += int(revenue.sum())
        if "is_returned" in columns:
            self.refunded += int(revenue[columns["is_returned"].astype(bool)].sum())
        value = np.add.reduceat(revenue, block.starts)
        self._by_order(block, value)
        exact = value.astype(np.float64)
        costs = np.zeros(len(value))
        if catalog is not None and "cost" in catalog:
            costs = np.add.reduceat(catalog["cost"][block.sku] * block.units, block.starts).astype(np.float64)
        self.squares += [exact @ exact, exact @ costs, costs @ costs]
        if category is not None:
            for i, promised in enumerate(self._promised):
                has = np.logical_or.reduceat(category[block.sku] == promised, block.starts)
                for side, part in enumerate((exact[has], exact[~has])):
                    self.with_category[i, side] += [len(part), part.sum(), part @ part]

    def _by_order(self, block: Block, value: Counts) -> None:
        cells = block.orders.get("cell")
        if cells is None:
            return
        ok = cells >= 0
        by_cell = np.bincount(cells[ok], value[ok], minlength=self.cells.size)
        self.cells += by_cell.astype(np.int64).reshape(self.cells.shape)
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

    def _prices(self, block: Block, catalog: dict[str, Any] | None) -> None:
        columns, units = block.columns, block.units
        listed = catalog["price"][block.sku] if catalog is not None and "price" in catalog else None
        each = columns.get("list_price", listed)

        def owed(check: str, given: Counts, due: Counts, verb: str, why: Callable[[int], str]) -> None:
            self._offences.where(
                check,
                block.known & (given != due),
                lambda i: f"{block.name(i)}: {given[i]} cents {verb}, {due[i]} are due ({why(i)})",
            )

        if listed is not None and "list_price" in columns:
            owed("lines.list_price", columns["list_price"], listed, "listed", lambda i: "the SKU's price")
        if "discount" not in columns:
            return
        percent = columns["discount"]
        if listed is not None and "unit_price" in columns:
            due = (listed * (100 - percent) + 50) // 100
            paid = columns["unit_price"]
            owed("lines.price_paid", paid, due, "paid", lambda i: f"{listed[i]} less {percent[i]} %")
        if each is not None and "total" in columns:
            due = self._due(each, percent, units)
            total = columns["total"]
            owed(
                "lines.total", total, due, "in total", lambda i: f"{units[i]} x {each[i]} less {percent[i]} %"
            )

    def _due(self, listed: Counts, percent: Counts, units: Counts) -> Counts:
        """Cents of a line, rounded half up once, or for each unit, as the scenario has it."""
        if self._subject.scenario.discount.rounded_by == "line":
            return (units * listed * (100 - percent) + 50) // 100
        return units * ((listed * (100 - percent) + 50) // 100)

    def _discounts(self, block: Block) -> None:
        if "cell" not in block.orders:
            return
        percent, cell, note = block.columns["discount"], block.by_line("cell"), self._offences.where
        event = np.where(cell >= 0, self._event[np.maximum(cell, 0) // len(self._subject.shops)], 0)

        def words(i: int) -> str:
            return f"{block.name(i)}: discount of {percent[i]} %"

        on_event, known = event > 0, cell >= 0
        note("lines.event_discount", known & on_event & (percent != event), words)
        normal, place = known & ~on_event, np.clip(percent, 0, _PERCENTS - 1)
        note("lines.everyday_discount", normal & ~self._everyday_allowed[place], words)
        self.everyday += np.bincount(place[normal], minlength=_PERCENTS)

    def merge(self, other: AmountTally) -> None:
        """Add the figures of the lines that follow."""
        self.revenue += other.revenue
        self.refunded += other.refunded
        self.cells += other.cells
        self.everyday += other.everyday
        self.squares += other.squares
        self.with_category += other.with_category
