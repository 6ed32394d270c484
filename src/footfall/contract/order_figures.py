"""Figures of orders: counts by day and shop, second of the day, customer, status and payment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from footfall.contract.offences import Offences
from footfall.contract.open_orders import Columns
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject
from footfall.core.arrays import from_words, to_numpy

DAY = 86_400
NEVER = np.iinfo(np.int64).max
_ID_BITS = 40


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


def codes_of(words: pa.Array, known: pa.Array) -> Counts:
    """Place of each word among those known; -1 where it is not."""
    found = pc.index_in(words, value_set=known)
    return np.where(to_numpy(found.is_null()), -1, to_numpy(found))


class OrderTally:
    """Mergeable figures of orders, observed in file order.

    Attributes
    ----------
    cells
        Orders by day and shop.
    status_days
        Orders by status and day.
    first_order
        Each customer's first order, as day since 1970 << 40 | id; NEVER where there is none.
    """

    def __init__(self, subject: Subject, offences: Offences) -> None:
        scenario = subject.scenario
        self._subject = subject
        self._offences = offences
        self._words = {
            "shop": subject.shops,
            "status": tuple(scenario.fulfilment.shares) if scenario.fulfilment else (),
            "payment": tuple(scenario.payment.shares) if scenario.payment else (),
        }
        self._start, self._days = subject.start, subject.days
        self.pool = scenario.customers.pool
        self.first_id: int | None = None
        self._first_time = self._last_time = self._last_id = 0
        self.cells = np.zeros((self._days, len(subject.shops)), np.int64)
        self.seconds = np.zeros(DAY, np.int64)
        self.by_customer = np.zeros(self.pool + 1, np.int64)
        self.home = np.full(self.pool + 1, -1, np.int16)
        self.first_order = np.full(self.pool + 1, NEVER, np.int64)
        self.status_days = np.zeros((len(self._words["status"]), self._days), np.int64)
        self.payments = np.zeros(len(self._words["payment"]), np.int64)

    def observe(self, columns: dict[str, Any]) -> tuple[Counts, Columns]:
        """Take note of orders.

        Returns
        -------
        tuple
            Their ids, and columns that later figures need: cell (day * shops + shop), day since the
            horizon's first, customer, status (place in the scenario) and total; -1 where unknown.
        """
        n = len(next(iter(columns.values())))
        ids = columns.get("id", np.arange(self._last_id + 1, self._last_id + 1 + n))
        out = {"day": self._when(ids, columns)}
        shop = self._codes("shop", "orders.shops", ids, columns)
        inside = out["day"] >= 0
        out["cell"] = np.where(inside & (shop >= 0), out["day"] * len(self._subject.shops) + shop, -1)
        known = out["cell"][out["cell"] >= 0]
        self.cells += np.bincount(known, minlength=self.cells.size).reshape(self.cells.shape)
        if "customer" in columns:
            out["customer"] = self._customers(ids, columns["customer"], shop, out["day"])
        if "status" in columns:
            out["status"] = status = self._codes("status", "orders.status", ids, columns)
            ok = inside & (status >= 0)
            place = status[ok] * self._days + out["day"][ok]
            self.status_days += np.bincount(place, minlength=self.status_days.size).reshape(
                self.status_days.shape
            )
        if "payment" in columns:
            paid = self._codes("payment", "orders.payment", ids, columns)
            self.payments += np.bincount(paid[paid >= 0], minlength=len(self.payments))
        if "total" in columns:
            out["total"] = columns["total"]
        return ids, out

    def _codes(self, field: str, check: str, ids: Counts, columns: dict[str, Any]) -> Counts:
        words = self._words[field]
        if field not in columns:  # then no check asks which shop it was
            return np.zeros(len(ids), np.int64)
        codes = codes_of(columns[field], from_words(words))
        self._offences.where(
            check, codes < 0, lambda i: f"order {ids[i]}: {field} '{columns[field][i]}' is unknown"
        )
        return codes

    def _when(self, ids: Counts, columns: dict[str, Any]) -> Counts:
        """Day since the horizon's first; -1 outside of it."""
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
        day, second = times // DAY - self._start, times % DAY
        opens, closes = self._subject.scenario.demand.opening_seconds
        inside = (day >= 0) & (day < self._days)
        wrong = ~inside | (second < opens) | (second > closes)
        note("orders.hours", wrong, lambda i: f"order {ids[i]}: placed at {at(times[i])}")
        self.seconds += np.bincount(second, minlength=DAY)
        return np.where(inside, day, -1)

    def _in_order(self, ids: Counts, times: Counts) -> None:
        note = self._offences.where
        if self.first_id is None:
            self.first_id, self._first_time = int(ids[0]), int(times[0])
        else:
            self._joint(int(ids[0]), int(times[0]))
        note("orders.ids", np.diff(ids) != 1, lambda i: f"order {ids[i + 1]} follows order {ids[i]}")
        note(
            "orders.sorted",
            np.diff(times) < 0,
            lambda i: f"order {ids[i + 1]} at {at(times[i + 1])} follows one at {at(times[i])}",
        )
        self._last_id, self._last_time = int(ids[-1]), int(times[-1])

    def _joint(self, first_id: int, first_time: int) -> None:
        if first_id != self._last_id + 1:
            self._offences.add("orders.ids", 1, f"order {first_id} follows order {self._last_id}")
        if first_time < self._last_time:
            said = f"order {first_id} at {at(first_time)} follows one at {at(self._last_time)}"
            self._offences.add("orders.sorted", 1, said)

    def _customers(self, ids: Counts, customer: Counts, shop: Counts, day: Counts) -> Counts:
        """Customer of each order, 0 where not of the pool."""
        note = self._offences.where
        known = (customer >= 1) & (customer <= self.pool)
        note(
            "customers.known", ~known, lambda i: f"order {ids[i]}: customer {customer[i]} is not in the pool"
        )
        ok = known & (shop >= 0)
        self.by_customer += np.bincount(customer[known], minlength=self.pool + 1)
        if len(self._subject.shops) > 1:
            who, where = customer[ok], shop[ok]
            # Assigning with repeated indices keeps one of a customer's shops; a second shop then differs.
            fresh = self.home[who] < 0
            self.home[who[fresh]] = where[fresh]
            self.moved(who, where)
        if self._subject.shows("customer.registered"):
            seen = known & (day >= 0)
            when = (day[seen] + self._start << _ID_BITS) + (ids[seen] & (1 << _ID_BITS) - 1)
            np.minimum.at(self.first_order, customer[seen], when)
        return np.where(known, customer, 0)

    def moved(self, who: Counts, where: Counts) -> None:
        """Note customers who order away from the home shop that was seen before."""
        shops = self._subject.shops
        self._offences.where(
            "customers.home",
            self.home[who] != where,
            lambda i: f"customer {who[i]} orders in {shops[where[i]]} and in {shops[self.home[who[i]]]}",
        )

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
        for name in ("cells", "seconds", "by_customer", "status_days", "payments"):
            mine: Counts = getattr(self, name)
            mine += getattr(other, name)
        np.minimum(self.first_order, other.first_order, out=self.first_order)
        self.home = np.where(self.home < 0, other.home, self.home)
        who = np.flatnonzero(other.home >= 0)
        self.moved(who, other.home[who].astype(np.int64))
