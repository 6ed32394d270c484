"""What a year of orders is expected to come to, and how far chance moves it: sums over the catalogue."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from footfall.core.money import discounted
from footfall.plan import calibrate
from footfall.plan.calendar import Calendar
from footfall.plan.prices import PriceSteps
from footfall.plan.promotions import Promoted, discount_shares
from footfall.plan.shelf import Shelf
from footfall.scenario.buying import Basket
from footfall.scenario.model import Scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Terms:
    """What customers pay for a unit, and what it costs the shop, over the discounts and days of the year.

    Attributes
    ----------
    shares : dict
        Discount in percent: expected share of a SKU's lines; a number for all SKUs, or of shape (skus,)
        where categories are promoted, or (skus, prices) where prices change.
    between_days : float
        Variance of a day's mean discount (as a share of the price) over the orders: the lines of an order
        have their day in common.
    steps : PriceSteps or None
        Changes of prices, where there are some.
    """

    shares: Mapping[int, float | Floats]
    between_days: float
    steps: PriceSteps | None

    @classmethod
    def of(
        cls, scenario: Scenario, declared: Calendar, steps: PriceSteps | None, shelf: Shelf, weights: Floats
    ) -> Terms:
        """Terms of the everyday discounts and those of events and promotions, at these sales weights."""
        discount, orders = scenario.discount, declared.orders_a_day
        usual = sum(percent * share for percent, share in discount.shares.items())
        of_day = np.where(declared.discount > 0, declared.discount, usual) / 100
        shares: Mapping[int, float | Floats]
        if steps is not None:
            shares = steps.discount_shares(discount, declared)
        else:
            everyday = float(orders[declared.discount == 0].sum() / orders.sum())
            flat = {percent: everyday * share for percent, share in sorted(discount.shares.items())}
            for percent in np.unique(declared.discount[declared.discount > 0]).tolist():
                flat[percent] = flat.get(percent, 0.0) + float(
                    orders[declared.discount == percent].sum() / orders.sum()
                )
            shares = flat
        if shelf.promoted is not None:
            found, category = shelf.found(weights), shelf.drawn.category
            by_set = {k: shelf.lines_at(found, uplift) for k, uplift in enumerate(shelf.promoted.uplift)}
            sold_off: Mapping[int, Floats] = discount_shares(scenario, declared, category, by_set)
            of_day = _of_promoted_days(shelf.promoted, declared, category, by_set, usual)
            # Where prices change, each of a SKU's prices has the SKU's discounts.
            often = None if steps is None else np.asarray(sum(shares.values()))
            shares = {d: s if often is None else s[:, None] * often for d, s in sold_off.items()}
        mean = float(of_day @ orders / orders.sum())
        return cls(shares, float(np.square(of_day - mean) @ orders / orders.sum()), steps)

    def at(self, price_level: float, cost_level: float = 1.0) -> Terms:
        """Terms where all prices and shares of cost are at other levels."""
        return replace(self, steps=self.steps.at(price_level, cost_level)) if self.steps else self

    def paid(self, price: Ints, power: int = 1) -> Floats:
        """Expected price paid for a unit in cents, or its square, from first list prices."""
        prices = self._prices(price)
        return self._over(lambda percent: discounted(prices, np.int64(percent)) ** power)  # type: ignore[arg-type]  # one discount for all

    def listed(self, price: Ints) -> Ints | Floats:
        """Expected list price of a unit that is sold, in cents."""
        if self.steps is None:
            return price
        prices = self.steps.prices(price)
        return self._over(lambda percent: prices)

    def spent(self, price: Ints, cost: Ints) -> Ints | Floats:
        """Expected cost of a unit that is sold, in cents, from first prices and costs."""
        if self.steps is None:
            return cost
        costs = self.steps.costs(self.steps.prices(price), cost)
        return self._over(lambda percent: costs)

    def squared_gap(self, price: Ints, rate: float) -> Floats:
        """Expected square of what a unit's discount is off a rate of its list price, in cents."""
        prices = self._prices(price).astype(np.float64)
        return self._over(lambda percent: (prices * (percent / 100 - rate)) ** 2)

    def _prices(self, price: Ints) -> Ints:
        return price if self.steps is None else self.steps.prices(price)

    def _over(self, value: Callable[[int], Ints | Floats]) -> Floats:
        """Expected value of something of a discount in percent, by SKU."""
        whole = np.asarray(sum(share * value(percent) for percent, share in self.shares.items()))
        return whole if self.steps is None else np.asarray(whole.sum(axis=1))


def _of_promoted_days(
    promoted: Promoted, declared: Calendar, category: Ints, lines: Mapping[int, Floats], usual: float
) -> Floats:
    """Mean discount of each day's lines, as a share of the price; `usual` is the everyday one in percent."""
    kinds, kind = np.unique(np.stack([promoted.running, declared.discount]), axis=1, return_inverse=True)
    means = []
    for running, event in kinds.T.tolist():
        percent = np.maximum(promoted.discount[running], event)[category]
        sold = lines[running]
        means.append(float(np.where(percent > 0, percent, usual) @ sold / sold.sum()) / 100)
    return np.array(means)[kind.ravel()]


@dataclass(frozen=True)
class Sales:
    """An order of the catalogue with these prices, costs and chances.

    Attributes
    ----------
    lines : ndarray of float, shape (skus,)
        Lines of each SKU in an order.
    category : ndarray of int, shape (skus,)
    weights : ndarray of float, shape (skus,)
        Sales weights.
    price, cost : ndarray of int, shape (skus,)
        In cents; the first ones, where prices change.
    returned : ndarray of float, shape (skus,)
        Probability that a line comes back.
    """

    basket: Basket
    names: tuple[str, ...]
    terms: Terms
    lines: Floats
    weights: Floats
    category: Ints
    price: Ints
    cost: Ints
    returned: Floats

    @property
    def _quantity(self) -> tuple[float, float]:
        """Mean and mean square of a line's units."""
        mix = self.basket.quantity.items()
        return sum(q * s for q, s in mix), sum(q * q * s for q, s in mix)

    @property
    def units(self) -> Floats:
        """Units of each SKU in an order."""
        return np.asarray(self.lines * self._quantity[0])

    @property
    def revenue(self) -> Floats:
        """Cents that an order brings of each SKU."""
        return np.asarray(self.units * self.terms.paid(self.price))

    @property
    def order_value(self) -> float:
        """Cents of an order."""
        return float(self.revenue.sum())

    @property
    def list_value(self) -> float:
        """Cents of an order at list prices."""
        return float(self.units @ self.terms.listed(self.price))

    @property
    def spent(self) -> Ints | Floats:
        """Cents that a unit of each SKU costs."""
        return self.terms.spent(self.price, self.cost)

    @property
    def gross_margin(self) -> float:
        """Revenue less cost, as a share of revenue."""
        return 1 - float(self.units @ self.spent) / self.order_value

    @property
    def kept(self) -> float:
        """Cents of an order that are not refunded."""
        return float(self.revenue @ (1 - self.returned))

    @property
    def net_margin(self) -> float:
        """Kept revenue less all cost, as a share of kept revenue."""
        return 1 - float(self.units @ self.spent) / self.kept

    @property
    def return_rate(self) -> float:
        """Share of the lines that come back."""
        return float(self.lines @ self.returned) / float(self.lines.sum())

    @property
    def discount_rate(self) -> float:
        """Share of the list revenue that is given away."""
        return 1 - self.order_value / self.list_value

    def category_share(self, name: str, of: str) -> float:
        """Share of a category in revenue or units."""
        carried = self.revenue if of == "revenue" else self.units
        return float(carried[self.category == self.names.index(name)].sum() / carried.sum())

    # How far chance moves them: each figure is a sum over orders, or a ratio of two, whose residual of an
    # order has mean 0.

    def value_sd(self) -> float:
        """Standard deviation of an order's value in cents."""
        q1, q2 = self._quantity
        mean, square = q1 * self.terms.paid(self.price), q2 * self.terms.paid(self.price, 2)
        return math.sqrt(self._variance(mean, square) + self.terms.between_days * self.list_value**2)

    def gross_margin_sd(self) -> float:
        """Of an order's residual paid (1 - margin) - cost, over its mean value."""
        paid, paid2 = self.terms.paid(self.price), self.terms.paid(self.price, 2)
        kept, cost = 1 - self.gross_margin, self.spent.astype(np.float64)
        return self._of_units(kept * paid - cost, kept**2 * paid2 - 2 * kept * paid * cost + cost**2) / (
            self.order_value
        )

    def net_margin_sd(self) -> float:
        """Of an order's residual kept (1 - margin) - cost, over its mean kept revenue."""
        paid, paid2 = self.terms.paid(self.price), self.terms.paid(self.price, 2)
        share, stays = 1 - self.net_margin, 1 - self.returned
        cost = self.spent.astype(np.float64)
        mean = share * stays * paid - cost
        square = stays * (share**2 * paid2 - 2 * share * paid * cost) + cost**2
        return self._of_units(mean, square) / self.kept

    def return_rate_sd(self) -> float:
        """Of an order's returned lines less rate x lines, over its mean lines."""
        rate, chance = self.return_rate, self.returned
        square = chance * (1 - rate) ** 2 + (1 - chance) * rate**2
        return math.sqrt(self._variance(chance - rate, square)) / float(self.lines.sum())

    def discount_rate_sd(self) -> float:
        """Of what an order gives away less rate x list value, over its mean list value."""
        q2 = self._quantity[1]
        per_line = float(self.lines @ (q2 * self.terms.squared_gap(self.price, self.discount_rate)))
        sizes = self.basket.size
        pairs = sum(p * k * (k - 1) for k, p in sizes.items())
        list_value = self.list_value
        a_line = list_value / max(float(self.lines.sum()), 1e-12)
        between = self.terms.between_days * pairs * a_line**2
        return math.sqrt(per_line + between) / list_value

    def category_share_sd(self, name: str, of: str) -> float:
        """Of an order's carried by the category less share x carried, over its mean carried."""
        q1, q2 = self._quantity
        mine = (self.category == self.names.index(name)) - self.category_share(name, of)
        if of == "units":
            mean, square, whole = q1 * mine, q2 * mine**2, float(self.units.sum())
        else:
            mean = q1 * self.terms.paid(self.price) * mine
            square, whole = q2 * self.terms.paid(self.price, 2) * mine**2, self.order_value
        return math.sqrt(self._variance(mean, square)) / whole

    def top_share_sd(self, share: float) -> float:
        """Of the share of units that the best SKUs carry; 1.5, as the units of a line go together."""
        return math.sqrt(1.5 * share * (1 - share) / float(self.units.sum()))

    def _of_units(self, mean: Floats, square: Floats) -> float:
        """Standard deviation of an order's sum of a residual a unit; a line has some units of one SKU."""
        q1, q2 = self._quantity
        return math.sqrt(self._variance(q1 * mean, q2 * square))

    def _variance(self, mean: Floats, square: Floats) -> float:
        """Variance of an order's sum of something that each line has, with this mean and mean square by SKU.

        Lines of an order go together by their categories: the first is of f, and each later one, given f,
        of c by the affinities. Sizes of baskets vary.
        """
        sizes = self.basket.size
        lines, first = self.lines, np.bincount(self.category, self.weights, minlength=len(self.names))
        first = first / first.sum()
        sold = np.bincount(self.category, lines, minlength=len(self.names))
        by_category = np.bincount(self.category, lines * mean, minlength=len(self.names)) / np.maximum(
            sold, 1e-300
        )
        later = calibrate.later_category_shares(first, self.basket, list(self.names)) @ by_category
        k = sum(p * n for n, p in sizes.items())
        pairs = sum(p * (n - 1) * (n - 2) for n, p in sizes.items())
        together = 2 * (k - 1) * float(first @ (by_category * later)) + pairs * float(first @ later**2)
        total = float(first @ by_category) + (k - 1) * float(first @ later)
        return max(float(lines @ square) + together - total**2, 0.0)
