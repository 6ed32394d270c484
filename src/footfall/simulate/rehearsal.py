"""Solves what depends on the data set's own draws, by simulating orders before any are published.

The whales' share of revenue is met on every seed only if the spread of the customers' weights is solved
on the very orders, baskets and picks that will be published. Up to 30,000 orders these are all of
them; beyond, a smaller shop of the same kind and seed stands in, and its spread is taken.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from footfall.plan import calibrate
from footfall.plan.parts import Part
from footfall.plan.plan import Plan, plan, with_customers
from footfall.plan.registry import CustomerRegistry
from footfall.simulate.baskets import Baskets, simulate_baskets
from footfall.simulate.orders import Orders, simulate_orders
from footfall.simulate.outcomes import simulate_outcomes
from footfall.simulate.reviews import reviewable

Floats = npt.NDArray[np.float64]

REHEARSED_ORDERS = 30_000
_REVIEW_MARGIN = 1.2
"""Purchases kept for the second stage, over the reviews wanted; the rehearsed share is a few per cent off."""


def rehearsed(full: Plan) -> Plan:
    """Return the plan with the spread of the customers' weights and the reviews' limit solved.

    Raises
    ------
    UnreachableTarget
        No spread within `free.customer_weight_sd_max` gives the best customers their share.
    """
    target, reviews = full.scenario.targets.top_customer_share, full.scenario.reviews
    is_needed = {t.entity for t in full.tables.values()} & {"order", "review", "line"}
    if (target is None and reviews is None) or not is_needed or not full.orders:
        return full
    stand_in = full
    if full.orders > REHEARSED_ORDERS:
        smaller = full.scenario.scaled(REHEARSED_ORDERS / full.scenario.demand.orders)
        stand_in = plan(smaller, full.seed)
    orders, baskets = _simulated(stand_in)
    if target is not None and isinstance(stand_in.customers, CustomerRegistry):
        weight_sd = _weight_sd(stand_in, orders, baskets)
        full = _weighted(full, weight_sd)
        stand_in = _weighted(stand_in, weight_sd)
        orders = simulate_orders(stand_in, _whole(stand_in))
        # Whose an order is matters to what is in it only where customers have habits.
        baskets = baskets if stand_in.scenario.customers.habits is None else _simulated(stand_in)[1]
    if reviews is not None:
        eligible = (
            len(reviewable(stand_in, orders, baskets).first_by_key().key) * full.orders / stand_in.orders
        )
        full = dataclasses.replace(full, review_limit=_limit(full, reviews.count, eligible))
    return full


def _limit(full: Plan, wanted: int, eligible: float) -> int:
    """Bound of the keys below which enough purchases lie; all of them where the whole was rehearsed."""
    assert full.scenario.reviews is not None
    margin = _REVIEW_MARGIN if full.scenario.reviews.deal == "exact" else 1.0
    if full.orders <= REHEARSED_ORDERS and margin > 1:
        return 1 << 64
    # In steps of 2^44, so that it takes no last bit of a division.
    return min(1 << 64, round(margin * wanted / max(1.0, eligible) * (1 << 20)) << 44)


def _weighted(full: Plan, weight_sd: float) -> Plan:
    assert isinstance(full.customers, CustomerRegistry)
    solved = dataclasses.replace(full.solved, customer_weight_sd=weight_sd)
    return with_customers(dataclasses.replace(full, solved=solved), full.customers.weighted(weight_sd))


def _whole(stand_in: Plan) -> Part:
    return Part(0, stand_in.orders, is_published=False)


def _simulated(stand_in: Plan) -> tuple[Orders, Baskets]:
    orders = simulate_orders(stand_in, _whole(stand_in))
    return orders, simulate_baskets(stand_in, orders)


def _values(stand_in: Plan, orders: Orders, baskets: Baskets) -> Floats:
    value = np.zeros(len(orders.id))
    np.add.at(value, baskets.order, simulate_outcomes(stand_in, orders, baskets).total)
    return value


def _weight_sd(stand_in: Plan, orders: Orders, baskets: Baskets) -> float:
    """Spread at which the best customers carry their share of these orders' value."""
    target, customers = stand_in.scenario.targets.top_customer_share, stand_in.customers
    assert target is not None
    assert isinstance(customers, CustomerRegistry)
    count = len(customers.day)
    best = max(1, int(target.top * count))

    value = _values(stand_in, orders, baskets)

    def share(weight_sd: float) -> float:
        if stand_in.scenario.customers.habits is None:
            tried = customers.weighted(weight_sd)
            customer, worth = tried.draw(stand_in.streams, orders.day, orders.address) - 1, value
        else:  # what is in an order depends on whose it is
            another = _weighted(stand_in, weight_sd)
            made, theirs = _simulated(another)
            customer, worth = made.customer - 1, _values(another, made, theirs)
        revenue = np.sort(np.bincount(customer, worth, minlength=count))
        return float(revenue[count - best :].sum() / revenue.sum())

    most = stand_in.scenario.free.customer_weight_sd_max
    weight_sd = round(calibrate.solve_increasing(share, target.value, 0.0, most), 6)
    if stand_in.orders >= 1000:  # in a handful of orders one basket decides
        calibrate.refuse_beyond(
            "top_customer_share",
            target,
            share(weight_sd),
            lambda: (share(0.0), share(most)),
            "free.customer_weight_sd_max bounds it; prices and the days of registration move it",
        )
    return weight_sd
