"""What sells how often: sales weights, and the lines of each SKU that an order is expected to hold."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from footfall.plan import calibrate
from footfall.plan.calendar import Calendar
from footfall.plan.catalog import Assortment
from footfall.plan.promotions import Promoted
from footfall.scenario.buying import Basket
from footfall.scenario.model import Scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shelf:
    """The SKUs as customers find them.

    Attributes
    ----------
    drawn : Assortment
    basket : Basket
        With the sizes that orders really have.
    names : tuple of str
        Categories.
    listed : ndarray of int, shape (skus,)
        Day t from which on each SKU sells; None where all sell on all days.
    delisted : ndarray of int, shape (skus,)
        Last day t on which each SKU sells.
    orders_a_day : ndarray of float, shape (days,)
        Share of all orders that each day is expected to have.
    promoted : Promoted or None
        Where categories are promoted on some days.
    """

    drawn: Assortment
    basket: Basket
    names: tuple[str, ...]
    listed: Ints | None
    delisted: Ints
    orders_a_day: Floats
    promoted: Promoted | None
    _known: dict[bytes, list[Floats]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        drawn: Assortment,
        basket: Basket,
        sold: tuple[Ints, Ints],
        calendar: Calendar,
    ) -> Shelf:
        """Shelf of a year, from the first and last days t of each SKU."""
        listed, delisted = sold
        orders, names = calendar.orders_a_day, tuple(scenario.catalog.categories)
        is_changing = bool((listed > 0).any() or (delisted < len(orders) - 1).any())
        promoted = Promoted.of(scenario, calendar)
        new = listed if is_changing else None
        return cls(drawn, basket, names, new, delisted, orders / orders.sum(), promoted)

    def weights(self, power: float, category_weights: Floats) -> Floats:
        """Sales weight of each SKU."""
        return np.asarray(self.drawn.sales_rank**power * category_weights[self.drawn.category])

    def found(self, weights: Floats) -> Floats:
        """Sales weights over the whole year: SKU i gets w(i) / (weights on sale) of a day's first items.

        The sum over the days from its listing to its last, by the orders of each, is its share of all first
        items.
        """
        if self.listed is None:
            return weights
        days = len(self.orders_a_day)
        since, until = np.clip(self.listed, 0, days), np.clip(self.delisted + 1, 0, days)
        comes, goes = (np.bincount(day, weights, days + 1) for day in (since, until))
        on_sale = np.cumsum(comes - goes)[:days]
        a_unit = np.where(on_sale > 0, self.orders_a_day / np.where(on_sale > 0, on_sale, 1.0), 0.0)
        from_day_on = np.concatenate([np.cumsum(a_unit[::-1])[::-1], [0.0]])
        return np.asarray(np.maximum(weights * (from_day_on[since] - from_day_on[until]), 1e-12))

    @property
    def parts(self) -> list[tuple[float, Floats]]:
        """Shares of the orders, on days with the same promotions, and these days' uplifts by category."""
        if self.promoted is None:
            return [(1.0, np.ones(len(self.names)))]
        return self.promoted.uplifts_by_share(self.orders_a_day)

    def uplifted(self, weights: Floats) -> Floats:
        """Sales weights over all days, promotions included."""
        times = sum((share * uplift for share, uplift in self.parts), start=np.zeros(len(self.names)))
        return np.asarray(weights * times[self.drawn.category])

    def lines(self, weights: Floats, *, all_listed: bool = False) -> Floats:
        """Lines of each SKU that an order is expected to hold, over all days."""
        sold = weights if all_listed else self.found(weights)
        return np.asarray(sum(share * self.lines_at(sold, uplift) for share, uplift in self.parts))

    def lines_at(self, weights: Floats, uplift: Floats) -> Floats:
        """Lines of each SKU in an order of days on which categories have these uplifts."""
        category, names = self.drawn.category, list(self.names)
        tilted = weights * uplift[category]
        by_category = np.bincount(category, tilted, minlength=len(names)) / tilted.sum()
        found = calibrate.lines_per_order(by_category, self._among(weights), names, self.basket)
        lines = np.zeros(len(weights))
        for c, of_category in enumerate(found):
            lines[category == c] = of_category
        return lines

    def _among(self, weights: Floats) -> list[Floats]:
        """Chances of each SKU to be among its category's first lines, which no uplift of a category moves."""
        key = weights.tobytes()
        if key not in self._known:
            of_category = [weights[self.drawn.category == c] for c in range(len(self.names))]
            self._known[key] = calibrate.inclusions(of_category, max(self.basket.size))
        return self._known[key]


def top_share(units: Floats, best: int) -> float:
    """Share that the best so many carry."""
    rising = np.sort(units)
    return float(rising[len(rising) - best :].sum() / rising.sum())
