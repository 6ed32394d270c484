"""Checks of the customers: a known pool with homes, and how orders spread over it."""

from __future__ import annotations

import math

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
    listed, seen = np.concatenate(figures.customers.shops), figures.orders.home[1:]
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
    home = figures.orders.home
    counts = np.bincount(home[home >= 0], minlength=len(weights))
    seen = {shop: int(c) for shop, c in zip(weights, counts, strict=True)}
    wrong = [f"{s}: {seen[s]} buyers of at most {most[s]}" for s in most if seen[s] > most[s]]
    return Outcome(not wrong, f"at most {most}", str(seen), "none", None, "; ".join(wrong))


def _counts(figures: Figures) -> tuple[np.ndarray, int, bool]:
    orders = figures.orders.by_customer[1:]
    buyers = orders[orders > 0]
    return buyers, int(buyers.sum()), int(buyers.sum()) < SMALL_RUN


def _slack(share: float, n: int, small: bool) -> float:
    return 5 * math.sqrt(share * (1 - share) / n) if small else 0.0


def commonest(subject: Subject, figures: Figures) -> Outcome:
    """One order is the commonest count."""
    buyers, n, small = _counts(figures)
    if not n or subject.scenario.customers.promises is None:
        return undecided(NO_ORDERS if not n else NO_PROMISE)
    times = np.bincount(np.minimum(buyers, 1000), minlength=3)
    other = 2 + int(np.argmax(times[2:]))
    slack = 5 * math.sqrt(float(times[1] + times[other])) if small else 0.0
    holds = bool(times[1] > times[other] - slack)
    observed = f"{times[1]:,} buyers once, {times[other]:,} buyers {other} times"
    return Outcome(
        holds, "once", observed, f"-{slack:.1f}" if slack else "none", None, "" if holds else observed
    )


def buy_once(subject: Subject, figures: Figures) -> Outcome:
    """Share of the buyers with one order."""
    (buyers, n, small), promises = _counts(figures), subject.scenario.customers.promises
    if promises is None or not n:
        return undecided(NO_ORDERS if promises else NO_PROMISE)
    bound = promises.buy_once_share_min
    share = float((buyers == 1).mean())
    return at_least(share, bound, _slack(bound, len(buyers), small), "share of buyers who buy once")


def ten_orders(subject: Subject, figures: Figures) -> Outcome:
    """Share of the buyers with ten orders or more."""
    (buyers, n, small), promises = _counts(figures), subject.scenario.customers.promises
    if promises is None or not n:
        return undecided(NO_ORDERS if promises else NO_PROMISE)
    bound = promises.ten_orders_share_min
    share = float((buyers >= 10).mean())
    return at_least(share, bound, _slack(bound, len(buyers), small), "share of buyers with ten orders")


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
    (buyers, n, small), promises = _counts(figures), subject.scenario.customers.promises
    if promises is None or not n:
        return undecided(NO_ORDERS if promises else NO_PROMISE)
    bound = promises.order_share_max
    largest = _largest_expected(subject, figures)
    if small and largest is None:
        return undecided("too few orders, and the customers' law is not known")
    slack = max(0.0, (largest or 0) / n - bound) if small else 0.0
    who = int(np.argmax(figures.orders.by_customer[1:])) + 1
    return at_most(float(buyers.max()) / n, bound, slack, f"share of orders of customer {who}")


def buyers(subject: Subject, figures: Figures) -> Outcome:
    """Share of the pool that buys."""
    who, _, small = _counts(figures)
    promises = subject.scenario.customers.promises
    if promises is None:
        return undecided(NO_PROMISE)
    pool = subject.scenario.customers.pool
    bound = promises.buyers_share_min
    return at_least(len(who) / pool, bound, _slack(bound, pool, small), "share of the pool that buys")


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
