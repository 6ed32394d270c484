"""The customer pool: home shops by quota, Zipf-Mandelbrot weights whose offset is solved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.errors import UnreachableTarget
from footfall.core.permutation import KeyedPermutation
from footfall.core.streams import Streams
from footfall.plan.calibrate import solve_increasing
from footfall.scenario.buying import CustomerPromises
from footfall.scenario.model import Scenario

_GRID = 4096
_ORDERS_WORTH_A_PROMISE = 1000


@dataclass(frozen=True)
class CustomerPool:
    """Which customers a shop has, and how often each orders.

    Attributes
    ----------
    exponent, offset : float
        Of the weights (x + offset)^-exponent, x the customer's rank over the size of the shop's pool.
    first, size : tuple of int
        A shop's customers are the dealt positions first .. first + size - 1.
    deal : KeyedPermutation
        Position -> customer number less one.
    """

    exponent: float
    offset: float
    first: tuple[int, ...]
    size: tuple[int, ...]
    deal: KeyedPermutation

    @classmethod
    def plan(cls, scenario: Scenario, streams: Streams) -> CustomerPool:
        """Solve the offset and deal the pool to the shops.

        Raises
        ------
        UnreachableTarget
            Where a promise of `customers.promises` is not met in expectation.
        """
        pool, customers = cls.of(scenario, streams), scenario.customers
        # Below that, rounding the pool to whole customers decides; the contract allows for their noise.
        if scenario.demand.orders >= _ORDERS_WORTH_A_PROMISE and customers.promises:
            assert customers.rarest_orders is not None, "validated: home shops, or registration"
            pool._keep_promises(
                customers.rarest_orders, customers.promises, scenario.demand.orders / customers.pool
            )
        return pool

    @classmethod
    def of(cls, scenario: Scenario, streams: Streams) -> CustomerPool:
        """Solve the offset and deal the pool to the shops, whatever is promised."""
        customers = scenario.customers
        assert customers.exponent is not None, "validated: home shops, or registration"
        assert customers.rarest_orders is not None, "validated: home shops, or registration"
        # At least one a shop, then in proportion to the shops' weights.
        weights = list(scenario.demand.shops.values())
        size = [1 + extra for extra in laws.apportion(customers.pool - len(weights), weights)]
        exact = laws.apportion(customers.pool, weights)
        size = exact if min(exact) > 0 else size
        first = np.concatenate([[0], np.cumsum(size)[:-1]])
        mean = scenario.demand.orders / customers.pool
        offset = _offset(customers.exponent, min(customers.rarest_orders / mean, 0.95))
        return cls(
            exponent=customers.exponent,
            offset=round(offset, 9),
            first=tuple(first.tolist()),
            size=tuple(size),
            deal=KeyedPermutation(streams, "customer.id", customers.pool),
        )

    @property
    def shop(self) -> npt.NDArray[np.int64]:
        """Index of each customer's home shop, customer number k at k - 1."""
        shops = np.empty(sum(self.size), dtype=np.int64)
        shops[self.deal(np.arange(len(shops)))] = np.repeat(np.arange(len(self.size)), self.size)
        return shops

    def draw(self, u: npt.NDArray[np.float64], shop: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Customer numbers, from 1, for uniforms and the shops' indices."""
        rank = laws.zipf_mandelbrot(u, self.exponent, self.offset)
        rank *= np.array(self.size, dtype=np.float64).take(shop)
        place = rank.astype(np.int64)
        place += np.array(self.first).take(shop)
        customer = self.deal(place)
        customer += 1
        return customer

    def order_shares(self, shop_weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Share of all orders that each customer is expected to place, customer number k at k - 1."""
        shares = np.empty(sum(self.size))
        tail = 1 - self.exponent
        for first, size, weight in zip(self.first, self.size, shop_weights.tolist(), strict=True):
            upto = (np.arange(size + 1) / size + self.offset) ** tail
            law = np.diff(upto) / (upto[-1] - upto[0])
            shares[self.deal(np.arange(first, first + size))] = weight * law
        return shares / shares.sum()

    def _keep_promises(self, rarest_orders: float, promises: CustomerPromises, mean: float) -> None:
        if rarest_orders >= mean:
            raise UnreachableTarget(
                f"customers.rarest_orders: {rarest_orders:g} must be below the mean of "
                f"{mean:g} orders a customer; lower it, or customers.pool"
            )
        orders = mean * _density((np.arange(_GRID) + 0.5) / _GRID, self.exponent, self.offset)
        chance = np.exp(-orders)
        buyers = 1 - chance.mean()
        once = (chance * orders).mean() / buyers
        up_to_nine = chance.copy()
        for k in range(1, 10):
            chance = chance * orders / k
            up_to_nine += chance
        often = (1 - up_to_nine.mean()) / buyers
        for name, least, expected in (
            ("buy_once_share_min", promises.buy_once_share_min, once),
            ("ten_orders_share_min", promises.ten_orders_share_min, often),
            ("buyers_share_min", promises.buyers_share_min, buyers),
        ):
            if expected < least:
                raise UnreachableTarget(
                    f"customers.promises.{name}: at least {least:g} is promised and {expected:.3f} expected "
                    f"with {mean:g} orders a customer; change customers.pool, customers.rarest_orders "
                    "or the promise"
                )


def _density(x: npt.NDArray[np.float64] | float, exponent: float, offset: float) -> npt.NDArray[np.float64]:
    tail = 1 - exponent
    return np.asarray((x + offset) ** -exponent * tail / ((1 + offset) ** tail - offset**tail))


def _offset(exponent: float, rarest_over_mean: float) -> float:
    """Offset at which the last customer's density is so small a part of the mean."""
    log_offset = solve_increasing(
        lambda log_phi: float(_density(1.0, exponent, float(np.exp(log_phi)))), rarest_over_mean, -12.0, 8.0
    )
    return float(np.exp(log_offset))
