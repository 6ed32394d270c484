"""Bends what things cost: the level of prices and costs, then who gets which of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from footfall.plan import calibrate
from footfall.plan.catalog import Assortment, normal_score
from footfall.plan.shelf import Floats, Ints
from footfall.scenario.assortment import CostShare
from footfall.scenario.model import Scenario
from footfall.scenario.targets import Bounds

_HIGHEST_COST = 1.0
_COARSE = 0.01
"""A share of the target; the steps of a coupling are finer, but for one that moves a best-seller far."""
_BEST_SELLERS, _PARTNERS = 64, 4096


@dataclass(frozen=True)
class Bent:
    """A level and a coupling, and what the SKUs get by them, in cents."""

    level: float
    coupling: float
    cents: Ints


@dataclass(frozen=True)
class Prices:
    """Prices at every level and coupling.

    Attributes
    ----------
    drawn : Assortment
    paid
        Price paid for a unit, of a first price, at a level of all prices.
    units_a_line
    bounds
        Of the level; None where it isn't free.
    coupling_max
        Strongest coupling; 0 where none is free.
    """

    drawn: Assortment
    paid: Callable[[Ints, float], Floats]
    units_a_line: float
    bounds: Bounds | None
    coupling_max: float

    @classmethod
    def of(
        cls, scenario: Scenario, drawn: Assortment, paid: Callable[[Ints, float], Floats], units_a_line: float
    ) -> Prices:
        """Prices of a scenario, as far as it lets them be bent."""
        most = scenario.free.coupling_max
        bound = 0.0
        if most is not None:
            bound = drawn.coupling_bound(drawn.popularity_score, drawn.price_noise, most)
        return cls(drawn, paid, units_a_line, scenario.free.price_level, bound)

    def order_value(self, lines: Floats, level: float, coupling: float) -> float:
        """Expected value of an order, in the scenario's currency."""
        return self._value(lines, self.drawn.price_at(coupling, self.drawn.prices(level)), level)

    def solve(self, lines: Floats, wanted: float | None) -> Bent:
        """Prices at which orders are worth so much: by the level; by the coupling where that isn't enough."""
        if wanted is None:
            return Bent(1.0, 0.0, self.drawn.price_at(0.0, self.drawn.prices(1.0)))
        level = _level(lambda at: self.order_value(lines, at, 0.0), wanted, self.bounds)
        prices = self.drawn.prices(level)
        coupling = 0.0
        if self.bounds is None or level in (self.bounds.min, self.bounds.max):
            coupling = calibrate.nearest_step(
                lambda c: self._value(lines, self.drawn.price_at(c, prices), level),
                wanted,
                -self.coupling_max,
                self.coupling_max,
            )
        price = self.drawn.price_at(coupling, prices)
        least, most = self.reach(lines)
        if least < wanted < most and self.coupling_max:
            price = self._traded(lines, wanted, price, level)
        return Bent(level, coupling, price)

    def _traded(self, lines: Floats, wanted: float, price: Ints, level: float) -> Ints:
        """Prices after two SKUs of a group have traded theirs, where a step of the coupling is too coarse.

        With lines l an order, SKUs i and j that trade prices p change its value by (l_i - l_j) (p_j - p_i)
        times units and discounts, which are the same for both; the pair that comes nearest trades.
        """
        value = self._value(lines, price, level)
        if abs(wanted - value) <= _COARSE * wanted:
            return price
        by_lines = np.argsort(-lines, kind="stable")
        best, others = by_lines[:_BEST_SELLERS, None], by_lines[None, :_PARTNERS]
        change = (lines[best] - lines[others]) * (price[others] - price[best]) * value / (lines @ price)
        change[self.drawn.price_group[best] != self.drawn.price_group[others]] = 0.0
        i, j = np.unravel_index(np.argmin(np.abs(value + change - wanted)), change.shape)
        pair = [by_lines[i], by_lines[j]]
        traded = price.copy()
        traded[pair] = price[pair[::-1]]
        closer = abs(self._value(lines, traded, level) - wanted) < abs(value - wanted)
        return traded if closer else price

    def reach(self, lines: Floats) -> tuple[float, float]:
        """Least and greatest order value."""
        low, high = (self.bounds.min, self.bounds.max) if self.bounds else (1.0, 1.0)
        ends = [
            self.order_value(lines, at, c)
            for at in (low, high)
            for c in (-self.coupling_max, self.coupling_max)
        ]
        return min(ends), max(ends)

    def _value(self, lines: Floats, price: Ints, level: float) -> float:
        return float((lines * self.units_a_line) @ self.paid(price, level)) / 100


@dataclass(frozen=True)
class Costs:
    """Costs at every level and coupling, given prices.

    What sells for most carries the thinnest margin: coupled to expected revenue, the same cap on the rank
    correlation reaches further than coupled to units.

    Attributes
    ----------
    takings : ndarray of float, shape (skus,)
        Normal score of each SKU's expected revenue.
    """

    drawn: Assortment
    price: Ints
    takings: Floats
    law: CostShare
    bounds: Bounds | None
    coupling_max: float

    @classmethod
    def of(cls, scenario: Scenario, drawn: Assortment, units: Floats, price: Ints) -> Costs:
        """Costs of a scenario, as far as it lets them be bent; none is above the price."""
        takings = normal_score(units * price)
        most, bound = scenario.free.coupling_max, 0.0
        if most is not None:
            bound = drawn.coupling_bound(takings, drawn.cost_noise, most)
        law, bounds = scenario.catalog.cost_share, scenario.free.cost_level
        if bounds is not None:
            highest = max(1.0, _HIGHEST_COST / law.max)
            bounds = Bounds(min=bounds.min, max=min(bounds.max, highest))
        return cls(drawn, price, takings, law, bounds, bound)

    def at(self, level: float, coupling: float) -> Ints:
        """Cost of each SKU in cents."""
        return self.drawn.cost_at(coupling, self.takings, self.price, self.law, level)

    def solve(self, margin: Callable[[Ints, float], float], wanted: float | None) -> Bent:
        """Costs at which a margin is so large: by the level; by the coupling where that isn't enough."""
        if wanted is None:
            return Bent(1.0, 0.0, self.at(1.0, 0.0))
        level = _level(lambda at: -margin(self.at(at, 0.0), at), -wanted, self.bounds)
        coupling = 0.0
        if self.bounds is None or level in (self.bounds.min, self.bounds.max):
            coupling = calibrate.nearest_step(
                lambda c: margin(self.at(level, c), level), wanted, -self.coupling_max, self.coupling_max
            )
        return Bent(level, coupling, self.at(level, coupling))

    def reach(self, margin: Callable[[Ints, float], float]) -> tuple[float, float]:
        """Least and greatest margin."""
        low, high = (self.bounds.min, self.bounds.max) if self.bounds else (1.0, 1.0)
        ends = [
            margin(self.at(at, c), at) for at in (low, high) for c in (-self.coupling_max, self.coupling_max)
        ]
        return min(ends), max(ends)


def _level(rising: Callable[[float], float], wanted: float, bounds: Bounds | None) -> float:
    """Level at which a figure that rises with it is reached, or its bound; 1 where it isn't free."""
    if bounds is None:
        return 1.0
    found = calibrate.solve_increasing(rising, wanted, bounds.min, bounds.max)
    return found if found in (bounds.min, bounds.max) else round(found, 6)
