"""Solves what depends on the data set's own draws, by simulating orders before any are published.

The whales' share of revenue, and how many come again, are met on every seed only if the customers are
solved on the very orders, baskets and picks that will be published. Up to 30,000 orders these are all of
them; beyond, a smaller shop of the same kind and seed stands in, and its customers' spread is taken.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from footfall.plan.customers import CustomerPool
from footfall.plan.parts import Part
from footfall.plan.plan import Plan, plan, with_customers
from footfall.plan.registry import CustomerRegistry
from footfall.scenario.bending import bent
from footfall.simulate.baskets import Baskets, simulate_baskets
from footfall.simulate.customer_targets import Customers, CustomerSolver, Knobs, Picks, Sold
from footfall.simulate.fulfilment import simulate_statuses
from footfall.simulate.orders import Orders, simulate_orders
from footfall.simulate.outcomes import simulate_outcomes
from footfall.simulate.reviews import reviewable

REHEARSED_ORDERS = 30_000
_REVIEW_MARGIN = 1.2
"""Purchases kept for the second stage, over the reviews wanted; the rehearsed share is a few per cent off."""


def rehearsed(full: Plan) -> Plan:
    """Return the plan with the customers' targets and the reviews' limit solved.

    Always on the declared years, so that a slice has the customers of the whole.

    Raises
    ------
    UnreachableTarget
        No customers within `free` meet the targets.
    """
    targets, reviews = full.asked.targets, full.scenario.reviews
    is_asked = targets.top_customer_share is not None or targets.repeat_rate is not None
    is_needed = {t.entity for t in full.tables.values()} & {"order", "review", "line"}
    if not (is_asked or reviews is not None) or not is_needed or not full.orders:
        return full
    stand_in = _stand_in(full)
    if not _declared_orders(stand_in):
        return full
    if is_asked:
        solver = CustomerSolver(stand_in, _sold(stand_in), full)
        at = solver.solve()
        if isinstance(stand_in.customers, CustomerRegistry) and at.pool != stand_in.scenario.customers.pool:
            # Other customers register on other days, and orders follow them: once more, on their orders.
            is_whole, stand_in = stand_in is full, _planned_again(stand_in, at.pool)
            full = stand_in if is_whole else full
            solver = CustomerSolver(stand_in, _sold(stand_in), full)
            at = solver.solve(keep_pool=True)
        full, stand_in = _solved(full, stand_in, solver, at), _solved(stand_in, stand_in, solver, at)
    if reviews is not None:
        orders, baskets = _simulated(stand_in)
        eligible = (
            len(reviewable(stand_in, orders, baskets).first_by_key().key) * full.orders / stand_in.orders
        )
        full = dataclasses.replace(full, review_limit=_limit(full, reviews.count, eligible))
    return full


def _stand_in(full: Plan) -> Plan:
    """The plan itself where it is small and counts the declared years; else one that is and does."""
    if full.scenario.demand.orders > REHEARSED_ORDERS:
        return plan(full.asked.scaled(REHEARSED_ORDERS / full.scenario.demand.orders), full.seed)
    if len(full.counts.starts) - 1 < full.scenario.days * full.counts.slots:
        return plan(full.asked, full.seed)
    return full


def _declared_orders(made: Plan) -> int:
    return made.counts.first_order_of(made.scenario.days)


def _planned_again(made: Plan, pool: int) -> Plan:
    """The same plan for another number of customers."""
    customers = made.asked.customers.model_copy(update={"pool": pool})
    asked = made.asked.model_copy(update={"customers": customers})
    as_of = None if made.as_of is None else made.calendar.date_of(made.as_of)
    again = plan(asked, made.seed, made.first, made.last, tuple(made.tables), as_of=as_of)
    return dataclasses.replace(again, asked=made.asked)


def _simulated(made: Plan) -> tuple[Orders, Baskets]:
    orders = simulate_orders(made, Part(0, _declared_orders(made), is_published=False))
    return orders, simulate_baskets(made, orders)


def _sold(made: Plan) -> Sold:
    """Who places each order of the declared years, and what it is worth, of any customers."""
    is_worth_asked = made.asked.targets.top_customer_share is not None
    if made.scenario.customers.habits is not None and is_worth_asked:  # it depends on whose the order is

        def told(customers: Customers) -> Picks:
            return _picks(with_customers(made, customers))[1]

        return told
    orders, picks = _picks(made)
    u = made.streams.uniform("order.customer", orders.address)

    def chosen(customers: Customers) -> Picks:
        if isinstance(customers, CustomerRegistry):
            # Before the first of other customers registers, orders are as on that day.
            day = np.maximum(orders.day, int(np.argmax(customers.share_before > 0)))
            buyers = dataclasses.replace(made.buyers, customers=customers)
            customer = buyers.of_orders(day, orders.address)[1]
        else:
            customer = customers.draw(u, orders.shop)
        return Picks(customer - 1, picks.value, picks.is_settled)

    return chosen


def _picks(made: Plan) -> tuple[Orders, Picks]:
    orders, baskets = _simulated(made)
    target = made.asked.targets.top_customer_share
    value = np.zeros(len(orders.id))
    np.add.at(value, baskets.order, simulate_outcomes(made, orders, baskets).total)
    is_settled = np.ones(len(value), dtype=np.bool_)
    if target is not None and target.settled_statuses and made.statuses is not None:
        names = made.statuses.names
        places = [names.index(name) for name in target.settled_statuses]
        is_settled = np.isin(simulate_statuses(made, orders), places)
    return orders, Picks(orders.customer - 1, value, is_settled)


def _solved(full: Plan, stand_in: Plan, solver: CustomerSolver, at: Knobs) -> Plan:
    """The plan with customers as they were solved on a stand-in, which may be the plan itself."""
    share = at.pool / stand_in.asked.customers.pool
    pool = at.pool if full is stand_in else round(full.asked.customers.pool * share)
    if isinstance(full.customers, CustomerRegistry) and len(full.customers.day) != pool:
        full = _planned_again(full, pool)
    figures = [*full.solved.targets, *solver.figures(at)]
    solved = {**solver.solved(at), "customer_pool": pool if pool != full.asked.customers.pool else None}
    scenario = bent(full.scenario, solved)
    customers = full.customers
    if isinstance(customers, CustomerRegistry):
        customers = customers.weighted(at.spread)
    elif scenario is not full.scenario:
        customers = CustomerPool.plan(scenario, full.streams)
        solved["customer_offset_share"] = customers.offset
    told = dataclasses.replace(full.solved, **solved, targets=figures)
    return with_customers(dataclasses.replace(full, scenario=scenario, solved=told), customers)


def _limit(full: Plan, wanted: int, eligible: float) -> int:
    """Bound of the keys below which enough purchases lie; all of them where the whole was rehearsed."""
    assert full.scenario.reviews is not None
    margin = _REVIEW_MARGIN if full.scenario.reviews.deal == "exact" else 1.0
    if full.orders <= REHEARSED_ORDERS and margin > 1:
        return 1 << 64
    # In steps of 2^44, so that it takes no last bit of a division.
    return min(1 << 64, round(margin * wanted / max(1.0, eligible) * (1 << 20)) << 44)
