"""What an order costs besides its goods, and in its shop's currency, against what is due by the scenario."""

from __future__ import annotations

from typing import Any

import numpy as np

from footfall.contract.offences import Offences
from footfall.contract.open_orders import Columns
from footfall.contract.places import codes_of
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject
from footfall.core.arrays import from_words
from footfall.core.money import MILLION

_NEVER = np.iinfo(np.int64).max


class OrderCharges:
    """Notes orders whose shipping cost, grand total or local amounts are not what is due.

    Keeps nothing but the rates of exchange.
    """

    def __init__(self, subject: Subject, offences: Offences) -> None:
        law, tax = subject.scenario.shipping_cost, subject.scenario.tax
        self._offences, self._shops = offences, len(subject.shops)
        self._adds_tax = tax is not None and not tax.prices_include_tax
        rates = [law.of(shop) for shop in subject.shops] if law else []
        self._flat = np.array([round(rate.flat * 100) for rate in rates], np.int64)
        self._free = np.array(
            [_NEVER if r.free_from is None else round(r.free_from * 100) for r in rates], np.int64
        )
        self.ships = law is not None and self._knows_goods(subject)
        shops, self._subject = subject.scenario.shops, subject
        self._words = from_words(subject.scenario.currencies)
        own = [shops[code].currency if shops else None for code in subject.shops]
        known = subject.scenario.currencies
        self._currency = np.array([known.index(code or known[0]) for code in own], np.int64)
        self._converts = shops is not None or subject.scenario.exchange_rates is not None
        self._rates: Counts | None = None

    @property
    def wanted(self) -> bool:
        """Whether the scenario has any of these laws."""
        return self.ships or self._converts

    def _knows_goods(self, subject: Subject) -> bool:
        shown = {f for f in ("total", "net", "tax", "gross") if subject.shows(f"order.{f}")}
        if "gross" in shown or {"net", "tax"} <= shown:
            return True
        return "total" in shown and ("tax" in shown or not self._adds_tax)

    def observe(
        self, ids: Counts, columns: dict[str, Any], known: Columns, table: dict[str, Any]
    ) -> dict[str, Counts]:
        """Judge orders.

        Parameters
        ----------
        known
            Holds their cells.
        table
            Columns of the rates of exchange, where they are published.

        Returns
        -------
        dict
            The orders' `rate` in millionths, -1 where it is not known, if rates are published.
        """
        if self.ships:
            self._shipping(ids, columns, known)
        return self._exchange(ids, columns, known, table) if self._converts else {}

    def _exchange(
        self, ids: Counts, columns: dict[str, Any], known: Columns, table: dict[str, Any]
    ) -> dict[str, Counts]:
        cell, note = known["cell"], self._offences.where
        ok, place = cell >= 0, self._currency.take(np.maximum(cell, 0) % self._shops)
        if "currency" in columns:
            given = codes_of(columns["currency"], self._words)
            note(
                "orders.currency",
                ok & (given != place),
                lambda i: f"order {ids[i]} is in {columns['currency'][i]}, not in its shop's currency",
            )
        if self._rates is None:
            self._rates = rates_of(self._subject, table)
        if self._rates is None:
            return {}
        rate = self._rates[np.maximum(cell, 0) // self._shops, place]
        if "total" in columns and "total_local" in columns:
            total, local = columns["total"], columns["total_local"]
            due = at_rate(total, rate)
            note(
                "orders.total_local",
                ok & (local != due),
                lambda i: f"order {ids[i]}: local total of {local[i]} cents, {due[i]} are due",
            )
        return {"rate": np.where(ok, rate, -1)}

    def _shipping(self, ids: Counts, columns: dict[str, Any], known: Columns) -> None:
        goods = self._goods(columns)
        note, ok = self._offences.where, known["cell"] >= 0
        shop = np.maximum(known["cell"], 0) % self._shops
        due = np.where(goods >= self._free.take(shop), 0, self._flat.take(shop))
        shipping = columns.get("shipping_cost", due)
        note(
            "orders.shipping_cost",
            ok & (shipping != due),
            lambda i: f"order {ids[i]}: shipping of {shipping[i]} cents, {due[i]} are due",
        )
        if "grand_total" in columns:
            total = columns["grand_total"]
            note(
                "orders.grand_total",
                ok & (total != goods + shipping),
                lambda i: f"order {ids[i]}: {total[i]} cents in all, {goods[i]} and {shipping[i]} are due",
            )

    def _goods(self, columns: dict[str, Any]) -> Counts:
        """Value of each order's goods, tax included, in cents."""
        if "gross" in columns:
            return np.asarray(columns["gross"])
        if "net" in columns and "tax" in columns:
            return np.asarray(columns["net"] + columns["tax"])
        return np.asarray(columns["total"] + (columns["tax"] if self._adds_tax else 0))


def rates_of(subject: Subject, table: dict[str, Any]) -> Counts | None:
    """Published rates in millionths by day of the horizon and currency; None where any is missing."""
    shape = (subject.days, len(subject.scenario.currencies))
    if "rate" not in table or len(table["rate"]) != shape[0] * shape[1]:
        return None
    return np.asarray(np.rint(table["rate"] * MILLION).astype(np.int64).reshape(shape))


def at_rate(cents: Counts, millionths: Counts) -> Counts:
    """Cents at a rate in millionths, half up, in two pieces so that no product overflows.

    >>> at_rate(np.array([1999, 1999]), np.array([940_000, 161_250_000])).tolist()
    [1879, 322339]
    """
    high, low = np.divmod(cents, 10_000)
    # 10,000 cents at so many millionths are whole hundredths of a cent and come to no half of one.
    hundredths = high * millionths
    whole, rest = np.divmod(hundredths, 100)
    exact = rest * 10_000 + low * millionths
    return np.asarray(whole + (2 * exact + MILLION) // (2 * MILLION))
