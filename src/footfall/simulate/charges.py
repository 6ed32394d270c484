"""What is added to the price of goods, and what it is in the shop's currency."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.core.arrays import take_words
from footfall.core.money import MILLION, Cents, exchanged, tax_on, tax_within
from footfall.plan.plan import Plan
from footfall.scenario.money import Tax
from footfall.simulate.baskets import Baskets
from footfall.simulate.orders import Orders
from footfall.simulate.outcomes import Outcomes
from footfall.simulate.shops import currency_of_shops

Ints = npt.NDArray[np.int64]
_NEVER = np.iinfo(np.int64).max


class Charges:
    """Tax, shipping and local amounts of a part's lines and orders, each made when it is asked for.

    Parameters
    ----------
    known : ndarray of bool or None, shape (lines,)
        Lines that orders are told of; None for all.
    """

    def __init__(
        self,
        plan: Plan,
        orders: Orders,
        baskets: Baskets,
        outcomes: Outcomes,
        known: npt.NDArray[np.bool_] | None,
    ) -> None:
        self._plan, self._orders, self._baskets = plan, orders, baskets
        self._amount, self._unit_price, self._known = outcomes.total, outcomes.unit_price, known

    @property
    def of_lines(self) -> dict[str, Callable[[], Any]]:
        """Field of a line -> what makes its values."""
        return {
            "net": lambda: self._net,
            "tax": lambda: self._tax,
            "gross": lambda: self._net + self._tax,
            "unit_price_local": lambda: exchanged(self._unit_price, self._rate.take(self._baskets.order)),
        }

    @property
    def of_orders(self) -> dict[str, Callable[[], Any]]:
        """Field of an order -> what makes its values."""
        return {
            "net": lambda: self._summed(self._net),
            "tax": lambda: self._summed(self._tax),
            "gross": lambda: self._summed(self._net + self._tax),
            "shipping_cost": lambda: self._shipping,
            "grand_total": lambda: self._goods + self._shipping,
            "currency": lambda: take_words(
                self._plan.scenario.currencies, currency_of_shops(self._plan).take(self._orders.shop)
            ),
            "total_local": lambda: exchanged(self._summed(self._amount), self._rate),
        }

    @cached_property
    def _rate(self) -> Ints:
        """Millionths of the shop's currency for one of the scenario's, of each order."""
        if self._plan.scenario.shops is None:
            return np.full(len(self._orders.id), MILLION)
        return self._plan.exchange[currency_of_shops(self._plan).take(self._orders.shop), self._orders.day]

    @cached_property
    def _goods(self) -> Cents:
        taxed = self._plan.scenario.tax is not None
        return self._summed(self._net + self._tax if taxed else self._amount)

    @cached_property
    def _shipping(self) -> Cents:
        law = self._plan.scenario.shipping_cost
        assert law is not None, "a scenario without shipping cost publishes none"
        rates = [law.of(shop) for shop in self._plan.shops]
        flat = np.array([round(rate.flat * 100) for rate in rates])
        free = np.array([_NEVER if rate.free_from is None else round(rate.free_from * 100) for rate in rates])
        shop = self._orders.shop
        return np.where(self._goods >= free.take(shop), 0, flat.take(shop))

    @cached_property
    def _tax(self) -> Cents:
        law = self._law
        shop = self._orders.shop.take(self._baskets.order)
        category = self._plan.catalog.category.take(self._baskets.sku)
        rate = tax_millionths(law, self._plan)[shop, category]
        taxed = tax_within if law.prices_include_tax else tax_on
        if law.rounded_by == "line":
            return taxed(self._amount, rate)
        return rounded_by_order(taxed, self._amount, rate, self._baskets.order)

    @cached_property
    def _net(self) -> Cents:
        return self._amount - self._tax if self._law.prices_include_tax else self._amount

    @property
    def _law(self) -> Tax:
        assert self._plan.scenario.tax is not None, "a scenario without tax publishes none"
        return self._plan.scenario.tax

    def _summed(self, cents: Cents) -> Cents:
        told = cents if self._known is None else np.where(self._known, cents, 0)
        # Whole cents are added exactly as floating-point numbers, too: all sums lie below 2^53.
        return np.bincount(self._baskets.order, told, len(self._orders.id)).astype(np.int64)


def tax_millionths(law: Tax, plan: Plan) -> Ints:
    """Rates in millionths of the net amount, by shop and category, both in the scenario's order."""
    percents = [
        [law.rates[shop].by_category_percent.get(name, law.rates[shop].percent) for name in categories]
        for categories in [list(plan.scenario.catalog.categories)]
        for shop in plan.shops
    ]
    return np.rint(np.array(percents) * (MILLION // 100)).astype(np.int64)


def rounded_by_order(taxed: Callable[[Cents, Ints], Cents], amount: Cents, rate: Ints, order: Ints) -> Cents:
    """Tax of each line: what the tax of its order's lines at its rate, rounded at once, grows by with it.

    The sum over lines is the tax of their sum; so is that over the first of them, where others are not
    known yet.
    """
    grouped = np.lexsort((rate, order))  # stable: lines of a group stay in the order of the basket
    sums = np.cumsum(amount[grouped])
    before = sums - amount[grouped]
    begins = np.ones(len(grouped), np.bool_)
    for key in (order[grouped], rate[grouped]):
        begins[1:] &= key[1:] == key[:-1]
    begins[1:] = ~begins[1:]
    start = np.maximum.accumulate(np.where(begins, before, 0))  # amounts are never negative
    tax = np.empty_like(amount)
    tax[grouped] = taxed(sums - start, rate[grouped]) - taxed(before - start, rate[grouped])
    return tax
