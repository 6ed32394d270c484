"""Whose an order is, told for any order alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.streams import Rows, Streams
from footfall.plan.customers import CustomerPool
from footfall.plan.registry import CustomerRegistry

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Buyers:
    """The law by which orders find their shops and customers.

    Attributes
    ----------
    shop_weights : ndarray of float, shape (shops,)
    factors : ndarray of float, shape (days, shops), or None
        What the weights are multiplied by on each day, where shops differ in their days.
    """

    streams: Streams
    customers: CustomerPool | CustomerRegistry
    shop_weights: Floats
    factors: Floats | None = None

    def of_orders(self, day: Ints, address: Rows) -> tuple[Ints, Ints]:
        """Shop and customer number of each order, by its day and address."""
        if isinstance(self.customers, CustomerRegistry):
            drawn = self._drawn_shops(day, address) if len(self.shop_weights) > 1 else np.zeros_like(day)
            customer = self.customers.draw(self.streams, day, address, drawn)
            return self.customers.shop.take(customer - 1), customer
        shop = self._drawn_shops(day, address)
        return shop, self.customers.draw(self.streams.uniform("order.customer", address), shop)

    def _drawn_shops(self, day: Ints, address: Rows) -> Ints:
        words = self.streams.bits("order.shop", address)
        if self.factors is not None and len(day):
            first, last = int(day[0]), int(day[-1])
            by_day = self.factors[first : last + 1] * self.shop_weights
            return laws.ManyChoices.of(by_day)(words, day - first)
        weights = tuple(self.shop_weights.tolist())
        return laws.choice(weights, tuple(range(len(weights))))(words)

    @property
    def order_shares(self) -> Floats:
        """Share of all orders that each customer is expected to place, customer number k at k - 1."""
        if isinstance(self.customers, CustomerRegistry):
            return self.customers.order_shares
        return self.customers.order_shares(self.shop_weights)
