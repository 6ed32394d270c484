"""Business figures of who buys and when: whales, season, dear categories."""

from __future__ import annotations

import math

import numpy as np

from footfall.contract.calendar import days_between
from footfall.contract.check import BINDING, Check, Outcome, largest_share, undecided, verdict, within
from footfall.contract.figures import Figures
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject
from footfall.contract.tolerances import ERRORS, planned

NOT_ASKED = "the scenario does not ask for it"
NO_ORDERS = "there are no orders"


def _top_share(
    subject: Subject, figures: Figures, name: str, revenue: Counts, tolerance: float | None
) -> Outcome:
    """Share of revenue of the best customers of the whole pool, by just that revenue.

    Below `BINDING` orders the tolerance is at least five standard errors: of a sum of unequal customers,
    sqrt(s (1 - s) sum r^2) / sum r.
    """
    wanted = subject.scenario.targets.top_customer_share
    assert wanted is not None
    every = revenue[1:]
    total = float(every.sum())
    if total <= 0:
        return undecided(NO_ORDERS)
    best = np.sort(every)[::-1][: max(1, round(wanted.top * len(every)))]
    share = wanted.value
    error = math.sqrt(share * (1 - share) * float(np.square(every.astype(np.float64)).sum())) / total
    allowed = tolerance or wanted.value / 1000
    if tolerance is None or figures.values.orders < BINDING:
        allowed = max(allowed, 5 * error)
    # Larger shops are solved on a sample of their orders.
    plan = planned(subject, name)
    allowed = max(allowed, ERRORS * plan.error if plan else 0.0)
    return within(float(best.sum()) / total, wanted.value, allowed, error=error)


def top_customers(subject: Subject, figures: Figures) -> Outcome:
    """Revenue of the best customers, over all orders."""
    wanted = subject.scenario.targets.top_customer_share
    if wanted is None:
        return undecided(NOT_ASKED)
    return _top_share(subject, figures, "top_customer_share", figures.values.by_customer[0], wanted.tolerance)


def top_settled(subject: Subject, figures: Figures) -> Outcome:
    """Revenue of the best customers, over orders of a status that counts in the end."""
    wanted = subject.scenario.targets.top_customer_share
    if wanted is None or not wanted.settled_statuses:
        return undecided(NOT_ASKED)
    tolerance = wanted.settled_tolerance or wanted.tolerance
    return _top_share(
        subject, figures, "top_customer_share_settled", figures.values.by_customer[1], tolerance
    )


def customer_orders(subject: Subject, figures: Figures) -> Outcome:
    """Nobody places too many of the orders.

    Customers grow with the orders, so how many one places does not: below `BINDING` orders nobody places
    more than that share of `BINDING` orders.
    """
    bound, orders = subject.scenario.promises.customer_order_share_max, figures.orders.by_customer.counts
    n = int(orders.sum())
    if bound is None or not n:
        return undecided(NOT_ASKED if bound is None else NO_ORDERS)
    return largest_share(orders, bound, bound * max(n, BINDING), lambda who: f"orders of customer {who}")


def _lowered(bound: float, variance: float, orders: int) -> float:
    return bound * math.exp(-5 * math.sqrt(variance)) if orders < BINDING else bound


def season(subject: Subject, figures: Figures) -> Outcome:
    """Mean revenue of some months against that of others, in each year.

    Below `BINDING` orders the bound is lowered by five standard errors of the ratio's logarithm,
    sqrt(sum a^2 / (sum a)^2 + sum b^2 / (sum b)^2) over the orders' values a and b.
    """
    values, promises = figures.values, subject.scenario.promises.season
    if not promises:
        return undecided(NOT_ASKED)
    days = days_between(subject.first, subject.last)
    year, month = np.array([d.year for d in days]), np.array([d.month for d in days])
    seen, wrong = [], []
    for promise in promises:
        for one in range(subject.first.year, subject.last.year + 1):
            inside = [(year == one) & np.isin(month, list(m)) for m in (promise.months, promise.over)]
            high, low = (float(values.by_day[part].sum()) for part in inside)
            if low <= 0 or (high <= 0 and values.orders < BINDING):
                continue
            ratio = high / len(set(promise.months)) / (low / len(set(promise.over)))
            totals = ((part, total) for part, total in zip(inside, (high, low), strict=True) if total)
            noise = sum(float(values.squares[part].sum()) / total**2 for part, total in totals)
            bound = _lowered(promise.times_min, noise, values.orders)
            said = f"{one}: months {promise.months} at {ratio:.3f} times months {promise.over}"
            seen.append(said)
            if not ratio > bound:
                wrong.append(f"{said}, more than {bound:.3f} is promised")
    if not seen:
        return undecided(NO_ORDERS)
    target = "; ".join(f"more than {p.times_min:g} times" for p in promises)
    return verdict("; ".join(wrong), target, "; ".join(seen))


def category_value(subject: Subject, figures: Figures) -> Outcome:
    """Orders with an item of a category against all others, by their mean value.

    Below `BINDING` orders the bound is lowered like that of the season.
    """
    wanted = subject.scenario.promises.category_order_value_times_min
    if not wanted:
        return undecided(NOT_ASKED)
    seen, wrong = [], []
    sums = figures.lines.amounts.with_category
    for (name, bound), ((n1, s1, q1), (n2, s2, q2)) in zip(wanted.items(), sums.tolist(), strict=True):
        if not s1 or not s2:
            continue
        ratio = s1 / n1 / (s2 / n2)
        least = _lowered(bound, q1 / s1**2 + q2 / s2**2, figures.lines.orders)
        seen.append(f"orders with {name} are worth {ratio:.3f} times the others")
        if not ratio > least:
            wrong.append(f"{seen[-1]}, more than {least:.3f} is promised")
    if not seen:
        return undecided("there are no orders with such an item, or none without")
    return verdict("; ".join(wrong), f"more than {wanted} times", "; ".join(seen))


_SOLD, _WHEN = "order.total|line.total|line.unit_price", "order.time|order.date"
CHECKS = (
    Check(
        "targets.top_customers",
        "target",
        "Revenue of the best customers.",
        ("order.customer", _WHEN, _SOLD),
        top_customers,
        whole_year=True,
    ),
    Check(
        "targets.top_customers_settled",
        "target",
        "Revenue of the best customers over settled orders.",
        ("order.customer", "order.status", _WHEN, _SOLD),
        top_settled,
        whole_year=True,
    ),
    Check(
        "promises.customer_orders",
        "rule",
        "Nobody places too many orders.",
        ("order.customer",),
        customer_orders,
        whole_year=True,
    ),
    Check(
        "promises.season",
        "rule",
        "Some months sell more than others, every year.",
        (_WHEN, _SOLD),
        season,
        whole_year=True,
    ),
    Check(
        "promises.category_value",
        "rule",
        "Orders with items of dear categories are worth more.",
        ("line.order", "line.product", "line.total|line.unit_price", "product.category"),
        category_value,
        whole_year=True,
    ),
)
