"""What an order costs besides its goods, against what is due by the scenario's laws."""

from __future__ import annotations

from typing import Any

import numpy as np

from footfall.contract.offences import Offences
from footfall.contract.open_orders import Columns
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject

_NEVER = np.iinfo(np.int64).max


class OrderCharges:
    """Notes orders whose shipping cost or grand total is not what is due; keeps nothing else."""

    def __init__(self, subject: Subject, offences: Offences) -> None:
        law, tax = subject.scenario.shipping_cost, subject.scenario.tax
        self._offences, self._shops = offences, len(subject.shops)
        self._adds_tax = tax is not None and not tax.prices_include_tax
        rates = [law.of(shop) for shop in subject.shops] if law else []
        self._flat = np.array([round(rate.flat * 100) for rate in rates], np.int64)
        self._free = np.array(
            [_NEVER if r.free_from is None else round(r.free_from * 100) for r in rates], np.int64
        )
        self.wanted = law is not None and self._knows_goods(subject)

    def _knows_goods(self, subject: Subject) -> bool:
        shown = {f for f in ("total", "net", "tax", "gross") if subject.shows(f"order.{f}")}
        if "gross" in shown or {"net", "tax"} <= shown:
            return True
        return "total" in shown and ("tax" in shown or not self._adds_tax)

    def observe(self, ids: Counts, columns: dict[str, Any], known: Columns) -> None:
        """Judge orders; `known` holds their cells."""
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
