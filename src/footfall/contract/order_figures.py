"""Figures of orders: counts by day and shop, second of the day, customer, status and payment."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.calendar import EPOCH
from footfall.contract.customer_orders import CustomerOrders
from footfall.contract.line_charges import TAXED
from footfall.contract.offences import Offences
from footfall.contract.open_orders import Columns
from footfall.contract.opening import Opening
from footfall.contract.places import DAY, codes_of, split_seconds, tally
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject
from footfall.core.arrays import from_words

NEVER = np.iinfo(np.int64).max
_ID_BITS = 40
Codes = npt.NDArray[np.signedinteger[Any]]


def at(second: int) -> str:
    """Timestamp in words.

    >>> at(0)
    '1970-01-01 00:00:00'
    """
    return str(np.datetime64(int(second), "s")).replace("T", " ")


def on(day: int) -> str:
    """Day, counted from 1970, in words.

    >>> on(31)
    '1970-02-01'
    """
    return str(np.datetime64(int(day), "D"))


class OrderTally:
    """Mergeable figures of orders, observed in file order: 2 bytes a customer, 10 with registrations.

    Attributes
    ----------
    cells
        Orders by day and shop.
    seconds
        Orders by profile of the weekday and second of the day.
    by_customer
        How often each customer ordered, and in which shop.
    status_days
        Orders by status and day.
    payments, statuses
        Orders by way of payment or status, and by period and shop; statuses where the scenario's mix varies.
    first_order
        Each customer's first order, as day since 1970 << 40 | id; NEVER where there is none. Kept where
        registrations are published.
    """

    def __init__(self, subject: Subject, offences: Offences) -> None:
        scenario = subject.scenario
        self._subject = subject
        self._offences = offences
        self._words = {
            "shop": from_words(subject.shops),
            "status": from_words(tuple(scenario.fulfilment.shares) if scenario.fulfilment else ()),
            "payment": from_words(tuple(scenario.payment.shares) if scenario.payment else ()),
        }
        self._start, self._days = subject.start, subject.days
        self.opening = Opening.of(scenario.demand)
        self.pool = scenario.customers.pool
        self.first_id: int | None = None
        self._first_time = self._last_time = self._last_id = 0
        self.cells = np.zeros((self._days, len(subject.shops)), np.int64)
        self.seconds = np.zeros((len(self.opening.weights), DAY), np.int64)
        self._first_orders = subject.shows("customer.registered")
        self.by_customer = CustomerOrders(self.pool, len(subject.shops))
        self.first_order = np.full(self.pool + 1 if self._first_orders else 0, NEVER, np.int64)
        self.status_days = np.zeros((len(self._words["status"]), self._days), np.int64)
        self._changes = {
            field: [(day - EPOCH).days - self._start for day in law.change_days] if law else []
            for field, law in (("status", scenario.fulfilment), ("payment", scenario.payment))
        }
        self.payments = self._by_case("payment")
        is_varying = scenario.fulfilment is not None and scenario.fulfilment.varies
        self.statuses = self._by_case("status") if is_varying else np.zeros((0, 0), np.int64)

    def observe(self, columns: dict[str, Any]) -> tuple[Counts, bool, Columns]:
        """Take note of orders.

        Returns
        -------
        tuple
            Their ids, whether each is one above the one before, and columns that later figures need: cell
            (day * shops + shop), day since the horizon's first, customer, status (place in the scenario)
            and total; -1 where unknown.
        """
        n = len(next(iter(columns.values())))
        ids = columns["id"] if "id" in columns else np.arange(self._last_id + 1, self._last_id + 1 + n)
        day = self._when(ids, columns)
        out = {"day": day}
        gaps = ids[1:] - ids[:-1] != 1
        self._offences.where("orders.ids", gaps, lambda i: f"order {ids[i + 1]} follows order {ids[i]}")
        shop = self._codes("shop", "orders.shops", ids, columns)
        cell = day * len(self._subject.shops)
        cell += shop
        if shop.min() < 0 or day.min() < 0:
            cell[(day < 0) | (shop < 0)] = -1
            tally(self.cells, cell[cell >= 0])
        else:
            tally(self.cells, cell)
        out["cell"] = cell
        if "customer" in columns:
            out["customer"] = self._customers(ids, columns["customer"], shop, out["day"])
        if "status" in columns:
            out["status"] = status = self._codes("status", "orders.status", ids, columns)
            ok = (out["day"] >= 0) & (status >= 0)
            tally(self.status_days, status[ok].astype(np.int64) * self._days + out["day"][ok])
            if len(self.statuses):
                self._tally_cases("status", self.statuses, status, shop, out["day"])
        if "payment" in columns:
            paid = self._codes("payment", "orders.payment", ids, columns)
            self._tally_cases("payment", self.payments, paid, shop, out["day"])
        out |= {field: columns[field] for field in ("total", *TAXED) if field in columns}
        return ids, not gaps.any(), out

    def _by_case(self, field: str) -> Counts:
        """No orders yet by word, period and shop."""
        cases = (len(self._changes[field]) + 1) * len(self._subject.shops)
        return np.zeros((len(self._words[field]), cases), np.int64)

    def _tally_cases(self, field: str, counts: Counts, word: Codes, shop: Codes, day: Counts) -> None:
        """Count words by period and shop; the day is asked for where it matters."""
        known, case = (word >= 0) & (shop >= 0), shop.astype(np.int64)
        if first_days := self._changes[field]:
            known &= day >= 0
            case += np.searchsorted(first_days, day, side="right") * len(self._subject.shops)
        tally(counts, (word.astype(np.int64) * counts.shape[1] + case)[known])

    def _codes(self, field: str, check: str, ids: Counts, columns: dict[str, Any]) -> Codes:
        words = self._words[field]
        if field not in columns:  # then no check asks which shop it was
            return np.zeros(len(ids), np.int8)
        codes = codes_of(columns[field], words)
        self._offences.where(
            check, codes < 0, lambda i: f"order {ids[i]}: {field} '{columns[field][i]}' is unknown"
        )
        return codes

    def _when(self, ids: Counts, columns: dict[str, Any]) -> Counts:
        """Day since the horizon's first, -1 outside of it."""
        note = self._offences.where
        if "time" not in columns:
            dates = columns.get("date", np.full(len(ids), self._start - 1)).astype(np.int64)
            self._in_order(ids, dates * DAY)
            day = dates - self._start
            inside = (day >= 0) & (day < self._days)
            if "date" in columns:
                note("orders.hours", ~inside, lambda i: f"order {ids[i]}: placed on {on(dates[i])}")
            return np.where(inside, day, -1)
        times = columns["time"]
        self._in_order(ids, times)
        day, second, (earliest, latest), (first, last) = split_seconds(times, self._start)
        opening = self.opening
        place = opening.places(second, day, self._start)
        tally(self.seconds, place)
        is_open = earliest >= opening.opens and latest <= opening.closes
        if opening.is_even and is_open and first >= 0 and last < self._days:
            return day
        inside = (day >= 0) & (day < self._days)
        wrong = ~inside | opening.is_closed(place)
        note("orders.hours", wrong, lambda i: f"order {ids[i]}: placed at {at(times[i])}")
        return np.where(inside, day, -1)

    def _in_order(self, ids: Counts, times: Counts) -> None:
        note = self._offences.where
        if self.first_id is None:
            self.first_id, self._first_time = int(ids[0]), int(times[0])
        else:
            self._joint(int(ids[0]), int(times[0]))
        back = times[1:] < times[:-1]
        note(
            "orders.sorted",
            back,
            lambda i: f"order {ids[i + 1]} at {at(times[i + 1])} follows one at {at(times[i])}",
        )
        self._last_id, self._last_time = int(ids[-1]), int(times[-1])

    def _joint(self, first_id: int, first_time: int) -> None:
        if first_id != self._last_id + 1:
            self._offences.add("orders.ids", 1, f"order {first_id} follows order {self._last_id}")
        if first_time < self._last_time:
            said = f"order {first_id} at {at(first_time)} follows one at {at(self._last_time)}"
            self._offences.add("orders.sorted", 1, said)

    def _customers(self, ids: Counts, customer: Counts, shop: Codes, day: Counts) -> Counts:
        """Customer of each order, 0 where not of the pool."""
        if customer.min() < 1 or customer.max() > self.pool:
            known = (customer >= 1) & (customer <= self.pool)
            self._offences.where(
                "customers.known",
                ~known,
                lambda i: f"order {ids[i]}: customer {customer[i]} is not in the pool",
            )
            self._known_customers(ids[known], customer[known], shop[known], day[known])
            return np.where(known, customer, 0)
        self._known_customers(ids, customer, shop, day)
        return customer

    def _known_customers(self, ids: Counts, customer: Counts, shop: Codes, day: Counts) -> None:
        moved = self.by_customer.add(customer, shop)
        if len(moved) and len(self._subject.shops) > 1:
            i = int(moved[0])
            self._offences.add("customers.home", len(moved), self._moved(int(customer[i]), int(shop[i])))
        if self._first_orders:
            when = (day + self._start << _ID_BITS) + (ids & (1 << _ID_BITS) - 1)
            sooner = np.flatnonzero((day >= 0) & (when < self.first_order.take(customer)))
            np.minimum.at(self.first_order, customer[sooner], when[sooner])

    def _moved(self, who: int, where: int) -> str:
        shops = self._subject.shops
        return f"customer {who} orders in {shops[where]} and in {shops[self.by_customer.home[who]]}"

    def first_orders(self) -> tuple[Counts, Counts]:
        """Day since 1970 and id of each customer's first order; meaningless where it is NEVER."""
        return self.first_order >> _ID_BITS, self.first_order & (1 << _ID_BITS) - 1

    def merge(self, other: OrderTally) -> None:
        """Add the figures of the orders that follow."""
        if other.first_id is not None:
            if self.first_id is None:
                self.first_id, self._first_time = other.first_id, other._first_time
            else:
                self._joint(other.first_id, other._first_time)
            self._last_id, self._last_time = other._last_id, other._last_time
        for name in ("cells", "seconds", "status_days", "payments", "statuses"):
            mine: Counts = getattr(self, name)
            mine += getattr(other, name)
        np.minimum(self.first_order, other.first_order, out=self.first_order)
        moved = self.by_customer.merge(other.by_customer)
        if len(moved) and len(self._subject.shops) > 1:
            who = int(moved[0])
            said = self._moved(who, int(other.by_customer.home[who]))
            self._offences.add("customers.home", len(moved), said)
