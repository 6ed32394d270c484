"""List prices that change: when, by how much, and what they come to on the days on which orders are placed.

Everything about a SKU's k-th change is drawn at the address (SKU, k), so a longer horizon adds changes and
moves none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.streams import Streams
from footfall.plan.calendar import Calendar
from footfall.scenario.assortment import CostShare, PriceLaw
from footfall.scenario.buying import Discounts
from footfall.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_CHANGE_BITS = np.uint64(16)  # a horizon has at most 36,600 days, and a change takes seven at least
_HALF = np.uint64(32)


def with_endings(cents: Ints, most: Ints | float, endings: list[int]) -> Ints:
    """Move prices to the nearest one with a shop's ending, such as .99, within the law's bound.

    Parameters
    ----------
    most
        Bound in cents, of all or of each.
    endings
        Cents that prices may end with; any where there are none.
    """
    if not endings:
        return cents
    whole = cents[..., None] // 100 + np.array([-1, 0, 1])
    candidates = (whole[..., None] * 100 + np.array(sorted(endings))).reshape(*cents.shape, -1)
    allowed = (candidates > 0) & (candidates <= np.asarray(most)[..., None])
    distance = np.where(allowed, np.abs(candidates - cents[..., None]), np.iinfo(np.int64).max)
    nearest = np.argmin(distance, axis=-1)[..., None]
    return np.take_along_axis(candidates, nearest, axis=-1)[..., 0]


@dataclass(frozen=True)
class PriceSteps:
    """Days and sizes of the changes, whatever the first prices are.

    Attributes
    ----------
    every_days : int
    start : ndarray of int, shape (skus, changes)
        Day t on which each price begins; change k in the k-th stretch of `every_days`.
    factor : ndarray of float, shape (skus, changes + 1)
        Price over the SKU's first one; 1 up to the day of its listing.
    category : ndarray of int, shape (skus,)
    laws : tuple of PriceLaw
        Of each category.
    endings : list of int
    cost_share : CostShare
        Law of the cost, as a share of the price.
    price_level, cost_level : float
        Factors on these laws.
    """

    every_days: int
    start: Ints
    factor: Floats
    category: Ints
    laws: tuple[PriceLaw, ...]
    endings: list[int]
    cost_share: CostShare
    price_level: float = 1.0
    cost_level: float = 1.0

    @classmethod
    def draw(
        cls, scenario: Scenario, streams: Streams, days: int, category: Ints, listed: Ints
    ) -> PriceSteps | None:
        """Draw the changes of the first `days` days; None where prices don't change.

        Parameters
        ----------
        category, listed
            Of each SKU, as the catalogue has them.
        """
        law = scenario.catalog.price_changes
        if law is None:
            return None
        changes = -(-days // law.every_days)
        rows = np.add.outer(
            np.arange(len(category), dtype=np.uint64) << _CHANGE_BITS, np.arange(changes, dtype=np.uint64)
        )
        place = (streams.bits("price.day", rows) >> _HALF) * np.uint64(law.every_days) >> _HALF
        start = np.arange(changes) * law.every_days + place.astype(np.int64)
        sd = law.sd_percent / 100
        factor = np.exp(sd * laws.normal(streams.uniform("price.change", rows)) - sd * sd / 2).round(9)
        # A SKU is listed at its first price, and so is all that is there on the first day.
        factor[start <= np.maximum(listed, 0)[:, None]] = 1.0
        return cls(
            every_days=law.every_days,
            start=start,
            factor=np.concatenate([np.ones((len(category), 1)), factor], axis=1),
            category=category,
            laws=tuple(scenario.catalog.price_law(name) for name in scenario.catalog.categories),
            endings=scenario.catalog.price_endings,
            cost_share=scenario.catalog.cost_share,
        )

    def at(self, price_level: float, cost_level: float) -> PriceSteps:
        """Return the same changes where all prices and shares of cost are at other levels."""
        return replace(self, price_level=price_level, cost_level=cost_level)

    def _bound(self, side: str) -> Ints:
        """Bound of each SKU's price law in cents, shape (skus, 1)."""
        bounds = [round(getattr(law, side) * self.price_level * 100) for law in self.laws]
        return np.array(bounds)[self.category][:, None]

    def prices(self, first: Ints) -> Ints:
        """Cents, shape (skus, changes + 1), from each SKU's first price."""
        cents = np.rint(first[:, None] * self.factor).astype(np.int64)
        most = self._bound("max")
        moved = with_endings(np.clip(cents, self._bound("min"), most), most, self.endings)
        return np.where(self.factor == 1.0, first[:, None], moved)

    def costs(self, price: Ints, first_cost: Ints) -> Ints:
        """Costs of all prices in cents: each SKU keeps its share of the price, within the bounds."""
        first = price[:, :1]
        kept = (2 * price * first_cost[:, None] + first) // (2 * first)
        bounds = (self.cost_share.min, self.cost_share.max)
        low, high = (np.round(bound * self.cost_level * price, 6) for bound in bounds)
        return np.clip(kept, np.ceil(low), np.floor(high)).astype(np.int64)

    def discount_shares(self, discount: Discounts, declared: Calendar) -> dict[int, Floats]:
        """Share of the declared years' expected orders at each discount in percent, by SKU and price.

        Shape (skus, changes + 1); all of them add up to 1 for each SKU.
        """
        orders = declared.orders_a_day / declared.orders_a_day.sum()
        of_event = {int(percent) for percent in declared.discount if percent}
        by_percent = {p: np.where(declared.discount == p, orders, 0.0) for p in sorted(of_event)}
        for percent, share in sorted(discount.shares.items()):
            everyday = np.where(declared.discount == 0, orders * share, 0.0)
            by_percent[percent] = by_percent.get(percent, 0.0) + everyday
        edges = np.minimum(self.start, len(orders))
        shares = {}
        for percent, weight in by_percent.items():
            upto = np.concatenate([[0.0], np.cumsum(weight)])
            shares[percent] = np.diff(upto[edges], axis=1, prepend=0.0, append=upto[-1])
        return shares

    def versions(self, price: Ints, cost: Ints) -> PriceVersions:
        """All prices and costs from the first ones."""
        prices = self.prices(price)
        return PriceVersions(self.every_days, self.start, prices, self.costs(prices, cost))


@dataclass(frozen=True)
class PriceVersions:
    """What each SKU's price and cost have been and will be, in cents.

    Attributes
    ----------
    every_days : int
    start : ndarray of int, shape (skus, changes)
        Day t on which the price of the next column begins; change k lies in the k-th stretch of `every_days`.
    price, cost : ndarray of int, shape (skus, changes + 1)
    """

    every_days: int
    start: Ints
    price: Ints
    cost: Ints

    def price_on(self, sku: Ints, day: Ints) -> Ints:
        """Price of SKUs on days, each on its own."""
        changes = self.start.shape[1]
        stretch = day // self.every_days
        has_changed = self.start.ravel().take(sku * changes + stretch) <= day
        return self.price.ravel().take(sku * (changes + 1) + stretch + has_changed)

    def on(self, day: int) -> tuple[Ints, Ints]:
        """Price and cost of every SKU at the end of a day."""
        version = (self.start <= day).sum(axis=1)
        sku = np.arange(len(version))
        return self.price[sku, version], self.cost[sku, version]

    def until(self, day: int) -> tuple[Ints, Ints]:
        """SKU and column of the prices that began up to a day, SKU by SKU; the first ones always."""
        begins = np.ones(self.price.shape, dtype=np.bool_)
        begins[:, 1:] = (self.start <= day) & (self.price[:, 1:] != self.price[:, :-1])
        sku, version = np.nonzero(begins)
        return sku, version
