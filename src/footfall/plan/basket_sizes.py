"""How many lines each order has, so that the lines of all orders add up where the scenario says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.arrays import Itself, places_among
from footfall.core.permutation import KeyedPermutation
from footfall.core.streams import Rows, Streams
from footfall.plan.buyers import Buyers
from footfall.plan.calendar import OrderCounts
from footfall.plan.calibrate import solve_increasing
from footfall.plan.habits import class_shares, classes, mixed_sizes
from footfall.scenario.buying import Basket

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_STREAM = "basket.size"
_HABIT = "basket_size"
_BLOCK = 1 << 16


@dataclass(frozen=True)
class BasketSizes:
    """Lines of each order, told for any order alone.

    Attributes
    ----------
    sizes : tuple of int
    weights : tuple of float
        Share of the orders that have each size.
    orders : tuple of int or None
        Orders of each size, where the total of lines is exact: a keyed permutation of the orders'
        numbers falls into blocks of equal size, so size and place among all lines have a closed form.
    own : ndarray of float, shape (classes, sizes), or None
        Shares of each class of customers, where customers have a basket size of their own.
    """

    sizes: tuple[int, ...]
    weights: tuple[float, ...]
    orders: tuple[int, ...] | None
    own: Floats | None = None

    @classmethod
    def of(cls, basket: Basket, orders: int) -> BasketSizes:
        """Sizes of so many orders; an exact total bends the shares as little as it can."""
        sizes, shares = tuple(basket.size), np.array(list(basket.size.values()))
        if basket.lines is None:
            return cls(sizes, tuple(shares.tolist()), None)
        counts = _histogram(np.array(sizes), shares, orders, basket.lines)
        return cls(sizes, tuple((counts / orders).tolist()), tuple(counts.tolist()))

    def with_habit(self, correlation: float, buyers: Buyers) -> BasketSizes:
        """Same sizes over all orders, but each customer has a law of its own."""
        shares = class_shares(buyers.streams, _HABIT, buyers.order_shares)
        return replace(self, own=mixed_sizes(np.array(self.weights), correlation, shares).round(12))

    def mean_of_customers(self, streams: Streams, customers: int) -> Floats:
        """Mean lines of an order of each customer, customer number k at k - 1."""
        if self.own is None:
            return np.full(customers, float(np.array(self.weights) @ np.array(self.sizes)))
        of_class = self.own @ np.array(self.sizes)
        return np.asarray(of_class[classes(streams, _HABIT, np.arange(1, customers + 1))])

    def of_orders_with_slots(
        self, streams: Streams, number: Ints, address: Rows, customer: Ints
    ) -> tuple[Ints, Ints | None]:
        """Lines of each order, and, where totals are exact, the place of its first among all lines.

        That is a dense number for every line without a pass over the orders: shares of lines are dealt by it.
        """
        if self.own is not None:
            words = streams.bits(_STREAM, address)
            return _own_choice(Itself(self))(words, classes(streams, _HABIT, customer)), None
        if self.orders is None:
            return laws.choice(self.weights, self.sizes)(streams.bits(_STREAM, address)), None
        sizes, orders = np.array(self.sizes), np.array(self.orders)
        dealt = KeyedPermutation(streams, _STREAM, sum(self.orders))(number)
        place = places_among(np.cumsum(orders)[:-1].tolist(), dealt)
        size = sizes.take(place)
        # A block's first slot, less what its first order's dealt number adds.
        block_slot = np.cumsum(orders * sizes) - np.cumsum(orders) * sizes
        return size, block_slot.take(place) + dealt * size


@lru_cache(maxsize=4)
def _own_choice(key: Itself) -> laws.Choice:
    sizes: BasketSizes = key.value
    assert sizes.own is not None
    first = [laws.first_steps(laws.distribution(shares)[:-1]) for shares in sizes.own]
    return laws.Choice.of(first, np.tile(np.array(sizes.sizes), len(first)))


@dataclass(frozen=True)
class LineNumbers:
    """Lines before each 65,536th order: enough to number the lines of any range of orders.

    One pass over the sizes of all orders, which is the only thing in a plan that takes time in
    proportion to them; made only where line numbers are published.
    """

    before: Ints

    @classmethod
    def count(cls, sizes: BasketSizes, counts: OrderCounts, buyers: Buyers) -> LineNumbers:
        """Count the lines of all orders, block by block."""
        orders = int(counts.starts[-1])
        blocks = [
            int(_sizes_of(sizes, counts, buyers, start, min(start + _BLOCK, orders)).sum())
            for start in range(0, orders, _BLOCK)
        ]
        return cls(np.cumsum([0, *blocks]))

    def before_order(self, order: int, sizes: BasketSizes, counts: OrderCounts, buyers: Buyers) -> int:
        """Lines of all orders before this one."""
        block = order // _BLOCK
        return int(self.before[block]) + int(_sizes_of(sizes, counts, buyers, block * _BLOCK, order).sum())


def _sizes_of(sizes: BasketSizes, counts: OrderCounts, buyers: Buyers, start: int, stop: int) -> Ints:
    number = np.arange(start, stop)
    day, address = counts.addresses(number)
    # Only where customers have a size of their own it matters whose an order is.
    customer = number if sizes.own is None else buyers.of_orders(day, address)[1]
    return sizes.of_orders_with_slots(buyers.streams, number, address, customer)[0]


def _histogram(sizes: Ints, shares: npt.NDArray[np.float64], orders: int, lines: int) -> Ints:
    """Orders of each size, by tilted shares, so that the lines add up exactly.

    Shares tilted by exp(theta * size) have the least relative entropy to the given ones among all with
    the mean that is asked for (Cover and Thomas 2006, "Elements of information theory", section 12.1).
    """

    def tilted(theta: float) -> npt.NDArray[np.float64]:
        weights = shares * np.exp(theta * (sizes - sizes.mean()))
        return weights / weights.sum()

    theta = solve_increasing(lambda t: float(tilted(t) @ sizes), lines / orders, -8.0, 8.0)
    counts = np.array(laws.apportion(orders, tilted(theta).tolist()))
    # Rounding leaves a few lines too many or too few: orders of the commonest size move by a step.
    while (missing := lines - int(counts @ sizes)) != 0:
        step = 1 if missing > 0 else -1
        movable = counts[:-1] if step > 0 else counts[1:]
        fits = np.abs(np.diff(sizes)) <= abs(missing)
        best = int(np.argmax(np.where(fits, movable, -1)))
        from_, to = (best, best + 1) if step > 0 else (best + 1, best)
        counts[from_] -= 1
        counts[to] += 1
    return counts
