"""Checks of the customers: a known pool with homes, and how orders spread over it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from footfall.contract.check import Check, Outcome, at_least, at_most, by_rule, undecided, verdict
from footfall.contract.figures import Figures
from footfall.contract.subject import Subject

NO_ORDERS = "there are no orders"
NO_PROMISE = "the scenario does not promise it"
SMALL_RUN = 30_000
"""Runs of fewer orders get five standard errors on top of what is promised."""


def known(subject: Subject, figures: Figures) -> Outcome:
    """Only customers from 1 to the pool."""
    pool = subject.scenario.customers.pool
    return by_rule(figures, "customers.known", f"1..{pool}", figures.rows["order"])


def home(subject: Subject, figures: Figures) -> Outcome:
    """One shop a customer: the home shop, where the customers' table tells it."""
    if len(subject.shops) < 2:
        return undecided("there is one shop")
    out = by_rule(figures, "customers.home", "one shop a customer", figures.rows["order"])
    if not out.holds or not figures.customers.is_whole or not figures.customers.shops:
        return out
    listed, seen = np.concatenate(figures.customers.shops), figures.orders.by_customer.home[1:]
    wrong = np.flatnonzero((seen >= 0) & (seen != listed))
    said = ""
    if len(wrong):
        said = (
            f"customer {wrong[0] + 1} orders in {subject.shops[seen[wrong[0]]]}, which is not the home shop"
        )
    return verdict(said, "the home shop", f"{len(wrong):,} customers order elsewhere")


def quotas(subject: Subject, figures: Figures) -> Outcome:
    """Buyers a shop within its share of the pool, rounded up."""
    weights, pool = subject.scenario.demand.shops, subject.scenario.customers.pool
    if len(weights) < 2:
        return undecided("there is one shop")
    total = sum(weights.values())
    most = {shop: max(1, math.ceil(pool * w / total - 1e-9)) for shop, w in weights.items()}
    buyers = figures.orders.by_customer.by_shop
    seen = {shop: int(c) for shop, c in zip(weights, buyers, strict=True)}
    wrong = [f"{s}: {seen[s]} buyers of at most {most[s]}" for s in most if seen[s] > most[s]]
    return Outcome(not wrong, f"at most {most}", str(seen), "none", None, "; ".join(wrong))


@dataclass(frozen=True)
class _Spread:
    """Buyers by their number of orders."""

    orders: np.ndarray
    """Numbers of orders, rising from 1."""
    times: np.ndarray
    """Buyers with each of them."""

    @property
    def buyers(self) -> int:
        return int(self.times.sum())

    @property
    def n(self) -> int:
        return int(self.orders @ self.times)

    @property
    def is_small(self) -> bool:
        return self.n < SMALL_RUN

    def share(self, least: int, most: int | None = None) -> float:
        """Share of the buyers with so many orders."""
        some = (self.orders >= least) & (self.orders <= (self.orders[-1] if most is None else most))
        return float(self.times[some].sum() / self.buyers)


def _spread(figures: Figures) -> _Spread:
    orders, times = figures.orders.by_customer.spread
    return _Spread(orders[orders > 0], times[orders > 0])


def _slack(share: float, n: int, small: bool) -> float:
    return 5 * math.sqrt(share * (1 - share) / n) if small else 0.0


def commonest(subject: Subject, figures: Figures) -> Outcome:
    """One order is the commonest count."""
    seen = _spread(figures)
    if not seen.n or subject.scenario.customers.promises is None:
        return undecided(NO_ORDERS if not seen.n else NO_PROMISE)
    times = dict(zip(seen.orders.tolist(), seen.times.tolist(), strict=True))
    once = times.pop(1, 0)
    other = max(times, key=lambda orders: (times[orders], -orders), default=2)
    slack = 5 * math.sqrt(once + times.get(other, 0)) if seen.is_small else 0.0
    holds = once > times.get(other, 0) - slack
    observed = f"{once:,} buyers once, {times.get(other, 0):,} buyers {other} times"
    return Outcome(
        holds, "once", observed, f"-{slack:.1f}" if slack else "none", None, "" if holds else observed
    )


def buy_once(subject: Subject, figures: Figures) -> Outcome:
    """Share of the buyers with one order."""
    seen, promises = _spread(figures), subject.scenario.customers.promises
    if promises is None or not seen.n:
        return undecided(NO_ORDERS if promises else NO_PROMISE)
    bound = promises.buy_once_share_min
    slack = _slack(bound, seen.buyers, seen.is_small)
    return at_least(seen.share(1, 1), bound, slack, "share of buyers who buy once")


def ten_orders(subject: Subject, figures: Figures) -> Outcome:
    """Share of the buyers with ten orders or more."""
    seen, promises = _spread(figures), subject.scenario.customers.promises
    if promises is None or not seen.n:
        return undecided(NO_ORDERS if promises else NO_PROMISE)
    bound = promises.ten_orders_share_min
    slack = _slack(bound, seen.buyers, seen.is_small)
    return at_least(seen.share(10), bound, slack, "share of buyers with ten orders")


def _largest_expected(subject: Subject, figures: Figures) -> float | None:
    """Orders that the law lets the keenest customer of any shop place, five standard errors included."""
    phi, customers = subject.solved.get("customer_offset_share"), subject.scenario.customers
    lam = figures.expected_orders
    if phi is None or phi <= 0 or customers.exponent is None or lam is None:
        return None
    weights = subject.scenario.demand.shops
    power = 1 - customers.exponent
    most = 0.0
    for orders, weight in zip(lam.sum(0).tolist(), weights.values(), strict=True):
        pool = max(1, math.floor(customers.pool * weight / sum(weights.values())))
        law = [(x + phi) ** power for x in (0.0, 1.0 / pool, 1.0)]
        expected = orders * (law[0] - law[1]) / (law[0] - law[2])
        most = max(most, expected + 5 * math.sqrt(expected) + 5)
    return most


def top(subject: Subject, figures: Figures) -> Outcome:
    """Nobody places more than a share of the orders."""
    seen, promises = _spread(figures), subject.scenario.customers.promises
    if promises is None or not seen.n:
        return undecided(NO_ORDERS if promises else NO_PROMISE)
    bound = promises.order_share_max
    largest = _largest_expected(subject, figures)
    if seen.is_small and largest is None:
        return undecided("too few orders, and the customers' law is not known")
    slack = max(0.0, (largest or 0) / seen.n - bound) if seen.is_small else 0.0
    who, most = figures.orders.by_customer.keenest
    return at_most(most / seen.n, bound, slack, f"share of orders of customer {who}")


def buyers(subject: Subject, figures: Figures) -> Outcome:
    """Share of the pool that buys."""
    seen, promises = _spread(figures), subject.scenario.customers.promises
    if promises is None:
        return undecided(NO_PROMISE)
    pool = subject.scenario.customers.pool
    bound = promises.buyers_share_min
    slack = _slack(bound, pool, seen.is_small)
    return at_least(seen.buyers / pool, bound, slack, "share of the pool that buys")


_NEEDS = ("order.customer",)
_HOME = ("order.customer", "order.shop")
CHECKS = (
    Check("customers.known", "rule", "Customers are of the pool.", _NEEDS, known),
    Check("customers.home", "rule", "A customer orders in one shop.", _HOME, home),
    Check("customers.quotas", "rule", "A shop has its share of the pool.", _HOME, quotas),
    Check("customers.commonest", "rule", "Most buyers buy once.", _NEEDS, commonest, whole_year=True),
    Check("customers.buy_once", "rule", "Enough buyers buy once.", _NEEDS, buy_once, whole_year=True),
    Check(
        "customers.ten_orders", "rule", "Enough buyers order ten times.", _NEEDS, ten_orders, whole_year=True
    ),
    Check("customers.top", "rule", "No customer places too many orders.", _NEEDS, top, whole_year=True),
    Check("customers.buyers", "rule", "Enough of the pool buys.", _NEEDS, buyers, whole_year=True),
)
