"""Customers who register one by one; an order's is one of its shop's, registered before its day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.arrays import Itself
from footfall.core.errors import UnreachableTarget
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
        Prefix sums of the weights, in whole millionths, so that no last bit shows: shop after shop, in each
        by registration.
    before : ndarray of int, shape (shops, declared days + 1)
        Customers of each shop registered before each day; on days after the declared ones, all of them.
    orders_a_day : ndarray of float, shape (declared days, shops)
        Share of all orders that each day and shop is expected to have.
    order_share_max : float
        Most of all orders that a customer is expected to place; 1 where nobody minds.
    last : ndarray of int, shape (customers,), or None
        Last day t on which each is active, where customers drop out.
    queue : ndarray of int, shape (customers,), or None
        Indices of the customers, shop after shop, in each by registration; None where there is one shop.
    """

    day: Ints
    shop: Ints
    score: Floats
    cumulated: Ints
    before: Ints
    orders_a_day: Floats
    order_share_max: float
    last: Ints | None = None
    queue: Ints | None = None

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
        shop, dates = np.searchsorted(np.cumsum(quotas), dealt, side="right"), np.arange(scenario.days + 1)
        return cls(
            day=day,
            shop=shop,
            score=laws.normal(laws.stratified(u_weight, strata)),
            cumulated=np.arange(pool + 1),
            before=np.array([np.searchsorted(day[shop == k], dates) for k in range(len(quotas))]),
            orders_a_day=np.zeros((scenario.days, len(quotas))),
            order_share_max=1.0,
            last=_last_days(streams, registration.lifetime, day),
            queue=np.argsort(shop, kind="stable") if len(quotas) > 1 else None,
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
        queued = whole if self.queue is None else whole.take(self.queue)
        return replace(self, cumulated=np.concatenate([[0], np.cumsum(queued)]))

    def _order_shares(self, weights: Floats) -> Floats:
        """Share of all orders that each customer is expected to place, over the days after registration."""
        shares = np.empty(len(weights))
        for place in range(len(self.before)):
            mine = self.shop == place if self.queue is not None else slice(None)
            last = None if self.last is None else self.last[mine]
            shares[mine] = self._shares_in(place, weights[mine], self.day[mine], last)
        return shares

    def _shares_in(self, place: int, weights: Floats, day: Ints, last: Ints | None) -> Floats:
        """The same of the customers of one shop."""
        known = np.concatenate([[0.0], np.cumsum(weights)])[self.before[place, :-1]]
        if last is not None:
            left = np.bincount(np.minimum(last, len(known)) + 1, weights, len(known) + 2)
            known = np.maximum(known - np.cumsum(left)[: len(known)], 0.0)
        a_unit = np.where(known > 0, self.orders_a_day[:, place] / np.where(known > 0, known, 1.0), 0.0)
        from_day_on = np.concatenate([np.cumsum(a_unit[::-1])[::-1], [0.0]])
        rest = from_day_on[day + 1]
        if last is not None:
            rest = rest - from_day_on[np.minimum(last + 1, len(known))]
        return np.maximum(weights * rest, 1e-12)

    @property
    def order_shares(self) -> Floats:
        """Share of all orders that each customer is expected to place, customer number k at k - 1."""
        weights = np.diff(self.cumulated).astype(np.float64)
        if self.queue is not None:
            weights[self.queue] = weights.copy()
        return self._order_shares(weights)

    @property
    def share_before(self) -> Floats:
        """Share of the customers registered before each declared day."""
        return self.before[:, :-1].sum(0) / len(self.day)

    def factors_of_days(self, scenario: Scenario) -> Floats:
        """Factor of each declared day's orders: nobody orders before somebody has registered.

        Raises
        ------
        UnreachableTarget
            Nobody registers before the last day.
        """
        share = self.share_before
        if not share.any():
            raise UnreachableTarget(
                "customers.registered: nobody has registered before the last day, so nobody can order; "
                "let 'from' or 'to' be earlier, or raise customers.pool"
            )
        return share if scenario.demand.follows_customers else (share > 0).astype(np.float64)

    def draw(self, streams: Streams, day: Ints, address: Rows, shop: Ints) -> Ints:
        """Customer numbers, from 1, of orders: by weight among the shop's registered before, still active.

        While a shop has no customers, those of the shop with most order in its place. Who has dropped out
        is redrawn, by (order, attempt); what is left after many attempts is drawn by the weights of those
        who are active at once: the same law.
        """
        date = np.minimum(day, self.before.shape[1] - 1)
        if self.queue is not None:
            shop = np.where(self.before[shop, date] > 0, shop, self.before.argmax(0)[date])
        customer = self._registered(streams.uniform("order.customer", address), shop, date)
        if self.last is None:
            return customer
        again = np.flatnonzero(self.last.take(customer - 1) < day)
        for attempt in range(1, _ATTEMPTS):
            if not again.size:
                return customer
            u = streams.uniform(f"order.customer.{attempt}", address.take(again))
            redrawn = self._registered(u, shop.take(again), date.take(again))
            customer[again] = redrawn
            again = again.take(np.flatnonzero(self.last.take(redrawn - 1) < day.take(again)))
        u = streams.uniform("order.customer.rest", address.take(again))
        cell = day.take(again) * len(self.before) + shop.take(again)
        for some in np.unique(cell).tolist():
            here = cell == some
            customer[again[here]] = self._active(u[here], *divmod(some, len(self.before)))
        return customer

    @property
    def _starts(self) -> Ints:
        """Customers of the shops before each."""
        if self.queue is None:
            return np.zeros(1, np.int64)
        return np.concatenate([[0], np.cumsum(np.bincount(self.shop, minlength=len(self.before)))])

    def _active(self, u: Floats, day: int, shop: int) -> Ints:
        """Customer numbers for uniforms, by weight among a shop's active on a day, or registered before."""
        assert self.last is not None
        start = int(self._starts[shop])
        stop = start + int(self.before[shop, min(day, self.before.shape[1] - 1)])
        weights = np.diff(self.cumulated[start : stop + 1])
        last = self.last[:stop] if self.queue is None else self.last[self.queue[start:stop]]
        active = np.cumsum(np.where(last >= day, weights, 0))
        upto = active if active[-1] else np.cumsum(weights)
        return self._numbered(
            start + np.searchsorted(upto, (u * upto[-1]).astype(np.int64), side="right") + 1
        )

    def _registered(self, u: Floats, shop: Ints, date: Ints) -> Ints:
        """Customer numbers for uniforms, shops and days: by weight among those registered before."""
        if self.queue is None:
            known = self.before[0, date]
            aim = (u * self.cumulated[known]).astype(np.int64)
        else:
            start = self._starts[shop]
            known = start + self.before[shop, date]
            low = self.cumulated[start]
            aim = low + (u * (self.cumulated[known] - low)).astype(np.int64)
        return self._numbered(np.minimum(_finder(Itself(self.cumulated))(aim), known))

    def _numbered(self, place: Ints) -> Ints:
        """Customer numbers at places in the queue, both from 1."""
        return place if self.queue is None else self.queue.take(place - 1) + 1


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
