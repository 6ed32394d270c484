"""What is added to the price of lines, and what it is in the shop's currency, against what is due."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from footfall.contract.block import Block
from footfall.contract.offences import Offences
from footfall.contract.order_charges import at_rate
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject
from footfall.core.money import MILLION
from footfall.scenario.money import Tax

TAXED = ("net", "tax", "gross")
CARRIED = (*TAXED, "rate")
"""What lines ask for of their orders."""


class LineCharges:
    """Notes lines whose tax, and orders whose sums of it, are not what is due; keeps nothing else."""

    def __init__(self, subject: Subject, offences: Offences) -> None:
        law, shows = subject.scenario.tax, subject.shows
        self._law, self._offences, self._shops = law, offences, len(subject.shops)
        taxed = any(shows(f"{entity}.{field}") for entity in ("line", "order") for field in TAXED)
        self.wanted = (law is not None and taxed) or shows("line.unit_price_local")
        self._rates = np.zeros((self._shops, len(subject.scenario.catalog.categories)), np.int64)
        if law is not None:
            for s, shop in enumerate(subject.shops):
                own = law.rates[shop].by_category_percent
                for c, name in enumerate(subject.scenario.catalog.categories):
                    percent = own.get(name, law.rates[shop].percent)  # it has at most four decimals
                    self._rates[s, c] = round(percent * MILLION / 100)

    def observe(self, block: Block, worth: Counts | None, category: Counts | None) -> None:
        """Judge lines of whole orders.

        Parameters
        ----------
        worth
            Cents of each line at the shop's prices; None where that is not published.
        category
            Category of each SKU; None where products are not published.
        """
        cells = block.orders.get("cell")
        if "rate" in block.orders:
            self._local(block)
        if self._law is None or cells is None:
            return
        columns, note = block.columns, self._offences.where
        due = None if worth is None else self._due(self._law, block, worth, cells, category)
        if due is not None and "tax" in columns:
            tax = columns["tax"]
            note(
                "lines.tax",
                (due["tax"] >= 0) & (tax != due["tax"]),
                lambda i: f"{block.name(i)}: tax of {tax[i]} cents, {due['tax'][i]} are due",
            )
        told = {field: columns[field] for field in TAXED if field in columns}
        self._parts(block, told, worth)
        for field in TAXED:
            lines = told.get(field, due[field] if due else None)
            if field in block.orders and lines is not None:
                self._sums(block, field, lines)

    def _local(self, block: Block) -> None:
        columns, rate = block.columns, block.by_line(block.orders["rate"])
        if "unit_price_local" in columns and "unit_price" in columns:
            local, due = columns["unit_price_local"], at_rate(columns["unit_price"], np.maximum(rate, 0))
            self._offences.where(
                "lines.unit_price_local",
                (rate > 0) & (local != due),
                lambda i: f"{block.name(i)}: local price of {local[i]} cents, {due[i]} are due",
            )

    def _due(
        self, law: Tax, block: Block, worth: Counts, cells: Counts, category: Counts | None
    ) -> Mapping[str, Counts] | None:
        """Net, tax and gross of each line, -1 where shop or SKU is unknown; None where rates are."""
        cell = block.by_line(cells)
        shop = np.maximum(cell, 0) % self._shops
        if (self._rates != self._rates[:, :1]).any():
            if category is None:
                return None
            rate = self._rates[shop, np.maximum(category, 0).take(block.sku)]
        else:
            rate = self._rates[shop, 0]
        tax = self._taxes(law, worth, rate, block.place)
        net = worth - tax if law.prices_include_tax else worth
        known = block.all_known() & (cell >= 0)
        return {f: np.where(known, v, -1) for f, v in zip(TAXED, (net, tax, net + tax), strict=True)}

    @staticmethod
    def _taxes(law: Tax, worth: Counts, rate: Counts, order: Counts) -> Counts:
        over = MILLION + (rate if law.prices_include_tax else 0)

        def half_up(amount: Counts) -> Counts:
            whole, rest = np.divmod(amount * rate, over)
            return np.asarray(whole + (2 * rest >= over))

        if law.rounded_by == "line":
            return half_up(worth)
        upto = _running(worth, np.unique(order * (2 * MILLION) + rate, return_inverse=True)[1])
        return half_up(upto) - half_up(upto - worth)

    def _parts(self, block: Block, told: Mapping[str, Counts], worth: Counts | None) -> None:
        """Net and tax make gross, and the side that prices are on is the line's total."""
        note = self._offences.where
        if len(told) == len(TAXED):
            net, tax, gross = (told[field] for field in TAXED)
            note(
                "lines.gross",
                net + tax != gross,
                lambda i: f"{block.name(i)}: {net[i]} and {tax[i]} cents of tax, and {gross[i]} in all",
            )
        assert self._law is not None
        side = "gross" if self._law.prices_include_tax else "net"
        if side in told and worth is not None:
            given = told[side]
            note(
                "lines.gross",
                block.all_known() & (given != worth),
                lambda i: f"{block.name(i)}: {side} of {given[i]} cents, the line costs {worth[i]}",
            )

    def _sums(self, block: Block, field: str, lines: Counts) -> None:
        order, stated = block.columns["order"][block.starts], block.orders[field]
        whole = block.by_order((lines < 0).astype(np.int64)) == 0
        sums = block.by_order(lines)
        self._offences.where(
            "orders.tax",
            (block.orders["cell"] >= 0) & whole & (stated != sums),
            lambda i: f"order {order[i]}: {field} of {stated[i]} cents, its lines add up to {sums[i]}",
        )


def _running(values: Counts, group: npt.NDArray[np.int64]) -> Counts:
    """Sum of each value and those before it in its group.

    >>> _running(np.array([5, 1, 2, 7]), np.array([0, 1, 0, 1])).tolist()
    [5, 1, 7, 8]
    """
    by_group = np.argsort(group, kind="stable")
    sums = np.cumsum(values[by_group])
    sizes = np.bincount(group)
    ends = np.cumsum(sizes)
    before = np.concatenate([[0], sums[ends[:-1] - 1]])
    out = np.empty_like(values)
    out[by_group] = sums - np.repeat(before, sizes)
    return out
