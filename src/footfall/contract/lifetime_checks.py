"""Checks of customers' lives: they order until they drop out, and those who have often ordered go on."""

from __future__ import annotations

import math

import numpy as np

from footfall.contract.check import BINDING, Check, Outcome, by_law, undecided, verdict
from footfall.contract.customer_checks import NO_ORDERS, NO_PROMISE
from footfall.contract.figures import Figures
from footfall.contract.statistics import two_sided
from footfall.contract.subject import Subject

FEWEST_BUYERS = 300
"""Customers that a mean over customers needs to be normal enough."""


def active(subject: Subject, figures: Figures) -> Outcome:
    """Days since the registration at which orders come, given the days of the orders.

    An order of day t is of a customer of age a with a chance in proportion to those registered on day t - a
    times the share (b / (b + a - 1))^shape of them who are still active.
    """
    registered, days = subject.scenario.customers.registered, figures.customers.days
    if registered is None or registered.lifetime is None:
        return undecided("customers of this scenario don't drop out")
    if days is None or not len(days):
        return undecided("the customers are not those of the pool, or their registrations are not known")
    seen, law = figures.lines.histories.whole, registered.lifetime
    first = np.flatnonzero(seen.is_first)
    customer, day = seen.customer[first], seen.day[first] - int(days.min())
    known = customer <= len(days)
    customer, day = customer[known], day[known]
    if not len(day) or day.min() < 1:
        return undecided("there are no orders, or some come before the first registration")
    age = np.arange(1, int(day.max()) + 1)
    b = law.median_days / (2 ** (1 / law.shape) - 1)
    stays = (b / (b + age - 1)) ** law.shape
    fresh = np.bincount(days - int(days.min()))
    there = np.convolve(fresh, stays)[: len(age)]
    expected = np.convolve(fresh, stays * age)[: len(age)] / np.maximum(there, 1e-300)
    above = (seen.day[first][known] - days[customer - 1]) - np.concatenate([[0.0], expected])[day]
    by_customer = np.bincount(customer, above)
    buyers, error = len(np.unique(customer)), float(np.sqrt(np.sum(by_customer**2)))
    if buyers < FEWEST_BUYERS or not error:
        return undecided(f"fewer than {FEWEST_BUYERS} customers order")
    mean = float(above.mean())
    observed = f"{mean:+.2f} +- {error / len(above):.2f} days from it over {buyers:,} customers"
    target = f"{float(expected[day - 1].mean()):.1f} days from registration to order"
    return by_law(two_sided(mean * len(above) / error), target, observed)


def next_order(subject: Subject, figures: Figures) -> Outcome:
    """Share of the customers with so many orders who place one more; few such customers give slack."""
    promised = subject.scenario.promises.next_order
    orders, times = figures.orders.by_customer.spread
    if not promised or not (orders > 0).any():
        return undecided(NO_PROMISE if not promised else NO_ORDERS)
    said, wrong, targets = [], [], []
    for law in promised:
        have, more = (int(times[orders >= least].sum()) for least in (law.after, law.after + 1))
        if not have:
            continue
        # Five standard errors at most: a binomial one at 1/2.
        share, slack = more / have, 2.5 / math.sqrt(have) if have < BINDING else 0.0
        said.append(f"after {law.after}: {share:.4f}")
        targets.append(f"after {law.after}: {law.share_min:g} to {law.share_max:g}")
        if not law.share_min - slack <= share <= law.share_max + slack:
            wrong.append(f"{more:,} of {have:,} customers with {law.after} orders or more place another")
    if not said:
        return undecided("no customer has so many orders")
    return verdict("; ".join(wrong), ", ".join(targets), ", ".join(said))


_ORDERS = ("order.customer",)
CHECKS = (
    Check(
        "customers.active",
        "law",
        "Customers order until they drop out.",
        ("customer.registered", "order.customer", "order.time|order.date", "line.order", "line.product"),
        active,
    ),
    Check(
        "promises.next_order",
        "rule",
        "Customers with so many orders place another.",
        _ORDERS,
        next_order,
        whole_year=True,
    ),
)
