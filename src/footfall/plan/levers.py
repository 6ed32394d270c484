"""A solved catalogue, and what its knobs could have made of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from footfall.plan.calendar import Calendar
from footfall.plan.levels import Costs, Prices
from footfall.plan.popularity import Popularity
from footfall.plan.sales import Sales, Terms
from footfall.plan.shelf import Floats, Ints, Shelf
from footfall.plan.unrest import variance_of_days
from footfall.scenario.bending import discounted_more
from footfall.scenario.model import Scenario


@dataclass(frozen=True)
class Levers:
    """A solved catalogue, and what its knobs could have made of it.

    Attributes
    ----------
    returns
        Return probabilities at the least and the greatest level.
    orders
        Orders of the declared years.
    """

    scenario: Scenario
    shelf: Shelf
    prices: Prices
    costs: Costs
    returns: Callable[[], tuple[Floats, Floats]]
    sold: Popularity
    sales: Sales
    price_level: float
    orders: float
    declared: Calendar

    def terms(self, discount_level: float) -> Terms:
        """Terms with other everyday discounts."""
        discount = discounted_more(self.scenario.discount, discount_level)
        asked = self.scenario.model_copy(update={"discount": discount})
        found = Terms.of(asked, self.declared, self.sales.terms.steps, self.shelf, self.sold.weights)
        return found.at(self.price_level)

    def costing(self, cost: Ints, level: float) -> Sales:
        """The same sales at other costs."""
        return replace(self.sales, cost=cost, terms=self.sales.terms.at(self.price_level, level))

    @property
    def cells(self) -> Floats:
        """Orders expected of each day and shop."""
        days = self.declared.orders_a_day * (self.orders / self.scenario.demand.orders)
        weights = self.declared.shop_weights
        if self.declared.holiday is not None:
            weights = self.declared.holiday * weights
            return np.asarray(
                days[:, None] * weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
            )
        return np.outer(days, weights / weights.sum())

    def unrest(self, of_day: Floats | float) -> float:
        """Standard deviation that noisy days bring to a sum of so much for each order of a day."""
        each = np.broadcast_to(of_day, len(self.declared.trend))
        return math.sqrt(variance_of_days(self.scenario.demand.noise, self.cells * each[:, None]))

    def by_discounts(self, a_percent: float) -> float:
        """The same for a ratio that falls by so much with each part of the prices that a day gives away.

        An exact number of orders leaves as much unrest among the days.
        """
        usual = sum(percent * share for percent, share in self.scenario.discount.shares.items())
        of_day = np.where(self.declared.discount > 0, self.declared.discount, usual) / 100
        orders = self.declared.orders_a_day
        return self.unrest((of_day - float(of_day @ orders / orders.sum())) * a_percent) / self.orders

    @property
    def bent_marketing_share(self) -> float | None:
        """Share of revenue that is spent, where planning bends it."""
        law, target, bounds = (
            self.scenario.marketing,
            self.scenario.targets.marketing_share,
            self.scenario.free.marketing_share,
        )
        if law is None or target is None or target.value is None or bounds is None:
            return None
        share = round(min(max(target.value, bounds.min), bounds.max), 6)
        return None if share == law.revenue_share else share
