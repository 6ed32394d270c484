"""Customers who register one by one; an order's customer is one of those registered before its day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.arrays import Itself
from footfall.core.permutation import KeyedPermutation
from footfall.core.streams import Rows, Streams, row_addresses
from footfall.scenario.buying import Registration
from footfall.scenario.habits import Lifetime
from footfall.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_WHOLE = 1 << 20
_ATTEMPTS = 32
_LONGEST_DAYS = 1 << 20


@dataclass(frozen=True)
class CustomerRegistry:
    """All customers in the order of their registration; 32 bytes each.

    Attributes
    ----------
    day : ndarray of int, shape (customers,)
        Day t of registration, never falling; customer number k stands at k - 1.
    shop : ndarray of int, shape (customers,)
        Index of the home shop, dealt by exact quotas.
    score : ndarray of float, shape (customers,)
        Standard normal score of how often each orders, by strata: as many whales on every seed.
    cumulated : ndarray of int, shape (customers + 1,)
        Prefix sums of the customers' weights, in whole millionths, so that no last bit shows.
    before : ndarray of int, shape (declared days + 1,)
        Customers registered before each day; on days after the declared ones, all of them.
    orders_a_day : ndarray of float, shape (declared days,)
        Share of all orders that each day is expected to have.
    order_share_max : float
        Most of all orders that a customer is expected to place; 1 where nobody minds.
    last : ndarray of int, shape (customers,), or None
        Last day t on which each is active, where customers drop out.
    """

    day: Ints
    shop: Ints
    score: Floats
    cumulated: Ints
    before: Ints
    orders_a_day: Floats
    order_share_max: float
    last: Ints | None = None

    @classmethod
    def plan(cls, scenario: Scenario, streams: Streams, registration: Registration) -> CustomerRegistry:
        """Register the pool evenly over the days: a customer each stratum, so in the order of numbers."""
        pool = scenario.customers.pool
        first = (registration.from_ - scenario.first_day).days
        days = (registration.to - registration.from_).days + 1
        u = streams.uniform("customer.registered", row_addresses(pool))
        day = first + np.minimum(laws.stratified(u, np.arange(pool)) * days, days - 1).astype(np.int64)
        quotas = laws.apportion(pool, list(scenario.demand.shops.values()))
        dealt = KeyedPermutation(streams, "customer.shop", pool)(np.arange(pool))
        strata = KeyedPermutation(streams, "customer.weight", pool)(np.arange(pool))
        u_weight = streams.uniform("customer.weight", row_addresses(pool))
        return cls(
            day=day,
            shop=np.searchsorted(np.cumsum(quotas), dealt, side="right"),
            score=laws.normal(laws.stratified(u_weight, strata)),
            cumulated=np.arange(pool + 1),
            before=np.searchsorted(day, np.arange(scenario.days + 1)),
            orders_a_day=np.zeros(scenario.days),
            order_share_max=1.0,
            last=_last_days(streams, registration.lifetime, day),
        )

    def on(self, orders_a_day: Floats, order_share_max: float | None) -> CustomerRegistry:
        """Same customers under a calendar of expected orders, none of whom places too many.

        A promise is kept by expecting half of it at most, as chance may double a customer's orders; but
        in a shop of few customers everybody has a large share.
        """
        most = max((order_share_max or 2.0) / 2, 4 / len(self.day))
        return replace(self, orders_a_day=orders_a_day / orders_a_day.sum(), order_share_max=min(most, 1.0))

    def weighted(self, weight_sd: float) -> CustomerRegistry:
        """Same customers with log-normal weights of this standard deviation of the logarithm.

        The weights of those who would place too many orders are lowered: an early whale shares the first
        days with few others.
        """
        weights = np.exp(weight_sd * self.score)
        if self.order_share_max < 1:
            for _ in range(3):  # lowering one weight raises the shares of others, less each time
                weights *= np.minimum(1.0, self.order_share_max / self._order_shares(weights))
        whole = np.maximum(np.rint(weights * _WHOLE), 1).astype(np.int64)
        return replace(self, cumulated=np.concatenate([[0], np.cumsum(whole)]))

    def _order_shares(self, weights: Floats) -> Floats:
        """Share of all orders that each customer is expected to place, over the days after registration."""
        known = np.concatenate([[0.0], np.cumsum(weights)])[self.before[:-1]]
        if self.last is not None:
            left = np.bincount(np.minimum(self.last, len(known)) + 1, weights, len(known) + 2)
            known = np.maximum(known - np.cumsum(left)[: len(known)], 0.0)
        a_unit = np.where(known > 0, self.orders_a_day / np.where(known > 0, known, 1.0), 0.0)
        from_day_on = np.concatenate([np.cumsum(a_unit[::-1])[::-1], [0.0]])
        rest = from_day_on[self.day + 1]
        if self.last is not None:
            rest = rest - from_day_on[np.minimum(self.last + 1, len(known))]
        return np.maximum(weights * rest, 1e-12)

    @property
    def order_shares(self) -> Floats:
        """Share of all orders that each customer is expected to place, customer number k at k - 1."""
        return self._order_shares(np.diff(self.cumulated).astype(np.float64))

    @property
    def share_before(self) -> Floats:
        """Share of the customers registered before each declared day."""
        return self.before[:-1] / len(self.day)

    def draw(self, streams: Streams, day: Ints, address: Rows) -> Ints:
        """Customer numbers, from 1, of orders: by weight among those registered before and still active.

        Who has dropped out is redrawn, by (order, attempt); what is left after many attempts is drawn by
        the weights of those who are active at once: the same law.
        """
        customer = self._registered(streams.uniform("order.customer", address), day)
        if self.last is None:
            return customer
        again = np.flatnonzero(self.last.take(customer - 1) < day)
        for attempt in range(1, _ATTEMPTS):
            if not again.size:
                return customer
            u = streams.uniform(f"order.customer.{attempt}", address.take(again))
            redrawn = self._registered(u, day.take(again))
            customer[again] = redrawn
            again = again.take(np.flatnonzero(self.last.take(redrawn - 1) < day.take(again)))
        u = streams.uniform("order.customer.rest", address.take(again))
        for some in np.unique(day.take(again)).tolist():
            here = day.take(again) == some
            customer[again[here]] = self._active(u[here], some)
        return customer

    def _active(self, u: Floats, day: int) -> Ints:
        """Customer numbers for uniforms, by weight among those active on a day, or registered before."""
        assert self.last is not None
        known = self.before[min(day, len(self.before) - 1)]
        weights = np.diff(self.cumulated[: known + 1])
        active = np.cumsum(np.where(self.last[:known] >= day, weights, 0))
        upto = active if active[-1] else np.cumsum(weights)
        return np.searchsorted(upto, (u * upto[-1]).astype(np.int64), side="right") + 1

    def _registered(self, u: Floats, day: Ints) -> Ints:
        """Customer numbers for uniforms and days: by weight among those registered before."""
        known = self.before[np.minimum(day, len(self.before) - 1)]
        aim = (u * self.cumulated[known]).astype(np.int64)
        return np.minimum(_finder(Itself(self.cumulated))(aim), known)


def _last_days(streams: Streams, law: Lifetime | None, day: Ints) -> Ints | None:
    """Last day t on which customers are active, from their days of registration."""
    if law is None:
        return None
    days = laws.lomax(
        streams.uniform("customer.lifetime", row_addresses(len(day))), law.median_days, law.shape
    )
    return day + 1 + np.minimum(days, _LONGEST_DAYS).astype(np.int64)


@lru_cache(maxsize=1)
def _finder(cumulated: Itself) -> laws.Finder:
    return laws.Finder.of(cumulated.value)
