"""Solves how unequal customers are, and how many there are, on the orders that will be published."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from footfall.plan import calibrate
from footfall.plan.aims import Aim, Figure, refuse_missed
from footfall.plan.customers import CustomerPool
from footfall.plan.plan import Plan
from footfall.plan.registry import CustomerRegistry
from footfall.scenario.bending import bent
from footfall.scenario.model import Scenario
from footfall.scenario.targets import Target

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BINDING_ORDERS = 3000
"""A share of the best customers may be five standard errors off where there are fewer orders."""
_ROUNDS, _POINTS, _STEPS = 8, 8, 14
_NEAR, _STEP, _FLAT = 5e-4, 0.4, 1e-6


Customers: TypeAlias = CustomerPool | CustomerRegistry


@dataclass(frozen=True)
class Picks:
    """Orders of the declared years.

    Attributes
    ----------
    customer : ndarray of int
        Who places each, from 0.
    value : ndarray of float
        Cents.
    is_settled : ndarray of bool
        Whether the order counts in the end.
    """

    customer: Ints
    value: Floats
    is_settled: npt.NDArray[np.bool_]


Sold: TypeAlias = Callable[[Customers], Picks]
"""Orders that customers place."""


@dataclass(frozen=True)
class Knobs:
    """How unequal customers are (the greater, the more), and how many.

    The spread is that of the logarithm of how often registered customers order; of a pool it is minus the
    logarithm of `rarest_orders`.
    """

    spread: float
    pool: int


class CustomerSolver:
    """Solves the targets of customers on picks.

    Parameters
    ----------
    made
        Plan whose orders are solved on.
    sold
        Its orders, of any customers.
    whole
        Plan that is solved for: `made`, or a larger one that it stands in for.
    """

    def __init__(self, made: Plan, sold: Sold, whole: Plan) -> None:
        self._made, self._sold, self._bounds = made, sold, whole.asked.free
        self._times = 1.0 if whole is made else whole.scenario.demand.orders / made.scenario.demand.orders
        self._asked, self._targets = made.asked, made.asked.targets
        self._known: dict[Knobs, Picks] = {}
        self._registered = made.scenario.customers.registered
        free, customers = made.asked.free, made.asked.customers
        pool = made.scenario.customers.pool
        if self._registered is not None:
            self.spreads: tuple[float, float] | None = (0.0, free.customer_weight_sd_max)
            start = self._registered.weight_sd
        else:
            bounds = free.rarest_orders
            self.spreads = (-math.log(bounds.max), -math.log(bounds.min)) if bounds else None
            start = -math.log(customers.rarest_orders or 1.0)
        self.start = Knobs(start, pool)
        self.pools = (
            (math.ceil(free.customer_pool.min), int(free.customer_pool.max)) if free.customer_pool else None
        )

    def solve(self, *, keep_pool: bool = False) -> Knobs:
        """Turn the spread for the best customers' share and the pool for the repeat rate, both at once."""
        top, repeat = self._targets.top_customer_share, self._targets.repeat_rate
        at, pools = self.start, None if keep_pool else self.pools
        if top is not None and self.spreads is not None:
            if repeat is not None and pools is not None:
                return self._both(top.value, repeat.value, pools)
            return replace(at, spread=self._spread_for_top(at.pool, top.value))
        if repeat is not None and pools is not None:
            return replace(at, pool=self._pool_for_repeat(at.spread, repeat.value, pools))
        if repeat is not None and top is None and self.spreads is not None:
            return replace(at, spread=self._spread_for_repeat(at.pool, repeat.value))
        return at

    def _both(self, top: float, repeat: float, pools: tuple[int, int]) -> Knobs:
        """Newton's method in the spread and the logarithm of the pool, within bounds.

        Other customers deal the orders anew, so the figures are a little rough: the steps of its finite
        differences are wide, and the nearest point that was seen is taken.
        """
        assert self.spreads is not None, "solved for where it is free"
        least = (self.spreads[0], math.log(pools[0]))
        most = (self.spreads[1], math.log(pools[1]))

        def knobs(spread: float, log_pool: float) -> Knobs:
            inside = (min(max(v, lo), hi) for v, lo, hi in zip((spread, log_pool), least, most, strict=True))
            spread, log_pool = inside
            return Knobs(round(spread, 6), round(math.exp(log_pool)))

        def gaps(at: Knobs) -> tuple[float, float]:
            return self.top_share(at) - top, self._repeat(at)[0] - repeat

        at = knobs(self._spread_for_top(self.start.pool, top), math.log(self.start.pool))
        best, best_gaps = at, gaps(at)
        off = best_gaps
        for _ in range(_ROUNDS):
            x, y = at.spread, math.log(at.pool)
            # A step to where there is room.
            dx = _STEP if x + _STEP <= most[0] else -_STEP
            dy = _STEP if y + _STEP <= most[1] else -_STEP
            (a, c), (b, d) = (
                tuple((after - before) / step for after, before in zip(gaps(knobs(*to)), off, strict=True))
                for to, step in (((x + dx, y), dx), ((x, y + dy), dy))
            )
            determinant = a * d - b * c
            if abs(determinant) < _FLAT:
                break
            move = ((b * off[1] - d * off[0]) / determinant, (c * off[0] - a * off[1]) / determinant)
            at = knobs(*(v + min(max(m, -1.0), 1.0) for v, m in zip((x, y), move, strict=True)))
            off = gaps(at)
            if max(map(abs, off)) < max(map(abs, best_gaps)):
                best, best_gaps = at, off
            if max(map(abs, best_gaps)) < _NEAR:
                break
        return best

    def _picks(self, at: Knobs) -> Picks:
        """Orders with these knobs; the last ones are kept, as several figures are asked of them."""
        if at not in self._known:
            self._known = {at: self._sold(self.customers(at))}
        return self._known[at]

    @property
    def _orders(self) -> int:
        return self._made.counts.first_order_of(self._made.scenario.days)

    def customers(self, at: Knobs) -> Customers:
        """Customers with these knobs."""
        made = self._made
        if isinstance(made.customers, CustomerRegistry):
            customers = made.customers
            if at.pool != len(customers.day):
                assert self._registered is not None, "a registry has a law"
                other = self.scenario(at)
                planned = CustomerRegistry.plan(other, made.streams, self._registered)
                customers = planned.on(customers.orders_a_day, other.promises.customer_order_share_max)
            return customers.weighted(at.spread)
        return CustomerPool.of(self.scenario(at), made.streams)

    def scenario(self, at: Knobs) -> Scenario:
        """Bent scenario with these knobs."""
        return bent(self._made.scenario, self.solved(at))

    def solved(self, at: Knobs) -> dict[str, Any]:
        """Figures of the plan that these knobs are; None where nothing was bent."""
        is_pool = self._registered is None
        return {
            "customer_pool": at.pool if at.pool != self._asked.customers.pool else None,
            "rarest_orders": round(math.exp(-at.spread), 6) if is_pool and at != self._unspread(at) else None,
            "customer_weight_sd": None if is_pool else at.spread,
        }

    def _unspread(self, at: Knobs) -> Knobs:
        return replace(at, spread=self.start.spread)

    def top_share(self, at: Knobs, *, settled: bool = False) -> float:
        """Share of revenue of the best customers."""
        return self._top(self._revenue(at, settled=settled))[0]

    def figures(self, at: Knobs) -> tuple[Figure, ...]:
        """Figures of the customers' targets.

        Raises
        ------
        UnreachableTarget
            They are missed.
        """
        return refuse_missed(self._aims(at))

    def _aims(self, at: Knobs) -> list[Aim]:
        top, repeat = self._targets.top_customer_share, self._targets.repeat_rate
        is_pool, found = self._registered is None, []
        spread_key = "rarest_orders" if is_pool else "customer_weight_sd_max"
        spread = self._words(spread_key)
        if top is not None:
            wanted = [("top_customer_share", top.tolerance, False)]
            if top.settled_statuses:
                wanted.append(("top_customer_share_settled", top.settled_tolerance or top.tolerance, True))
            for name, tolerance, settled in wanted:
                revenue = self._revenue(at, settled=settled)
                if not revenue.sum():
                    continue
                share, error = self._top(revenue)
                aim = Aim.at(
                    name, Target(value=top.value, tolerance=tolerance), share, error / math.sqrt(self._times),
                    reach=partial(self._ends, partial(self.top_share, settled=settled), at),
                    knobs=(self._knob(spread_key),) if self.spreads else (),
                    bounds=spread,
                    remedy="prices and the days of registration move it, too"
                    + (" (of settled orders alone)" if settled else ""),
                )  # fmt: skip
                slack = max(tolerance or 0.0, 5 * error) if self._is_small else aim.slack
                found.append(self._of_these_orders(aim, slack, error))
        if repeat is not None:
            rate, buyers = self._repeat(at)
            error = math.sqrt(repeat.value * (1 - repeat.value) / max(buyers, 1))
            keys = ("customer_pool",) if top is not None or self.pools else ("customer_pool", spread_key)
            aim = Aim.at(
                "repeat_rate", repeat, rate, error / math.sqrt(self._times),
                reach=partial(self._ends, lambda knobs: self._repeat(knobs)[0], at, by_pool=bool(self.pools)),
                knobs=tuple(self._knob(key) for key in keys if key != "customer_pool" or self.pools),
                bounds="; ".join(self._words(key) for key in keys),
                remedy=f"{self._orders:,} orders, customers.pool and how unequal they are move it",
            )  # fmt: skip
            found.append(self._of_these_orders(aim, aim.slack, error))
        return found

    def _of_these_orders(self, aim: Aim, slack: float, error: float) -> Aim:
        """Leave nothing to chance where these orders are published, and a sample's error elsewhere."""
        if self._times == 1:
            figure = replace(aim.figure, error=0.0)
            return replace(aim, figure=figure, slack=max(slack, figure.tolerance))
        return replace(aim, slack=slack, figure=replace(aim.figure, error=float(f"{error:.6g}")))

    @property
    def _is_small(self) -> bool:
        return self._orders < BINDING_ORDERS

    @staticmethod
    def _knob(key: str) -> str:
        return key.removesuffix("_max")

    def _words(self, key: str) -> str:
        bound = getattr(self._bounds, key)
        if bound is None:
            return f"give free.{key} to bend it"
        return (
            f"free.{key} ({bound:g}) bounds it"
            if isinstance(bound, float)
            else (f"free.{key} ({bound.min:g} to {bound.max:g}) bounds it")
        )

    def _ends(
        self, figure: Callable[[Knobs], float], at: Knobs, *, by_pool: bool = False
    ) -> tuple[float, float]:
        if by_pool and self.pools is not None:
            values = [figure(replace(at, pool=pool)) for pool in self.pools]
        elif self.spreads is not None:
            values = [figure(replace(at, spread=spread)) for spread in np.linspace(*self.spreads, _POINTS)]
        else:
            values = [figure(at)]
        return min(values), max(values)

    def _revenue(self, at: Knobs, *, settled: bool) -> Floats:
        picks = self._picks(at)
        who, value = picks.customer, picks.value
        if settled:
            who, value = who[picks.is_settled], value[picks.is_settled]
        return np.bincount(who, value, minlength=at.pool).astype(np.float64)

    def _top(self, revenue: Floats) -> tuple[float, float]:
        """Share of the best, and the standard error of a sum over unequal customers."""
        target = self._targets.top_customer_share
        assert target is not None, "asked for where it is given"
        total = float(revenue.sum())
        best = max(1, round(target.top * len(revenue)))
        share = float(np.sort(revenue)[len(revenue) - best :].sum()) / total
        wanted = min(target.value, 1.0)
        return share, math.sqrt(wanted * (1 - wanted) * float(np.square(revenue).sum())) / total

    def _repeat(self, at: Knobs) -> tuple[float, int]:
        """Share of the buyers with two orders or more, and how many buyers there are."""
        orders = np.bincount(self._picks(at).customer, minlength=at.pool)
        buyers = int((orders > 0).sum())
        return float((orders > 1).sum()) / max(buyers, 1), buyers

    def _spread_for_top(self, pool: int, wanted: float) -> float:
        assert self.spreads is not None, "solved for where it is free"
        # With habits each step fills all baskets anew, and the share moves by leaps of single orders.
        near = 1e-7 if self._made.scenario.customers.habits is None else _NEAR
        spread = calibrate.solve_increasing(
            lambda s: self.top_share(Knobs(s, pool)), wanted, *self.spreads, near=near
        )
        return round(spread, 6)

    def _pool_for_repeat(self, spread: float, wanted: float, pools: tuple[int, int]) -> int:
        def rate(log_pool: float) -> float:
            return self._repeat(Knobs(spread, round(math.exp(log_pool))))[0]

        low, high = (math.log(pool) for pool in pools)
        return round(math.exp(calibrate.nearest_step(rate, wanted, low, high, _STEPS)))

    def _spread_for_repeat(self, pool: int, wanted: float) -> float:
        """Spread by a look over all of them: who comes again does not always rise with it."""
        assert self.spreads is not None, "solved for where it is free"

        def rate(spread: float) -> float:
            return self._repeat(Knobs(spread, pool))[0]

        points = sorted({*np.linspace(*self.spreads, _POINTS).tolist(), self.start.spread})
        rates = [rate(spread) for spread in points]
        crossing = [k for k in range(len(points) - 1) if (rates[k] - wanted) * (rates[k + 1] - wanted) <= 0]
        if not crossing:
            return round(points[int(np.argmin(np.abs(np.array(rates) - wanted)))], 6)
        k = min(crossing, key=lambda k: abs(points[k] - self.start.spread))
        return round(calibrate.nearest_step(rate, wanted, points[k], points[k + 1], _STEPS), 6)
