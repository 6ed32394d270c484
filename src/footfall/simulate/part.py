"""A part of the orders, and what follows from the orders of all parts, as finished record batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import keep_freed_memory, take_words
from footfall.core.money import Cents
from footfall.plan.parts import Part
from footfall.plan.plan import Plan
from footfall.simulate.arrival import lines_known, returns_known, status_known
from footfall.simulate.baskets import Baskets, simulate_baskets
from footfall.simulate.budget import simulate_budget
from footfall.simulate.charges import Charges
from footfall.simulate.deliveries import simulate_delivered, simulate_promised
from footfall.simulate.dimensions import all_shops, customers, products
from footfall.simulate.fulfilment import simulate_payments, simulate_shipping, simulate_statuses
from footfall.simulate.marketing import simulate_marketing
from footfall.simulate.orders import Orders, simulate_orders
from footfall.simulate.outcomes import Outcomes, simulate_outcomes, simulate_returns
from footfall.simulate.reviews import Decided, Purchases, decide, reviewable, simulate_reviews
from footfall.simulate.rows import Rows, batch_of, dates, only, ready

_SECONDS_A_DAY = 86_400
_EPOCH_ORDINAL = 719_163  # 1970-01-01
_WHOSE_BITS = np.uint64(40)


@dataclass(frozen=True)
class Simulated:
    """What a part gives.

    Attributes
    ----------
    batches : dict
        Published table -> its rows of the part; empty for a part that is not published.
    first_day : int
        Day t of the first row of `revenue`.
    revenue : ndarray of int, shape (days of the part, shops)
        Cents; adds up over parts.
    purchases : Purchases or None
        Those that may be reviewed, where reviews are published.
    """

    batches: dict[str, pa.RecordBatch]
    first_day: int
    revenue: npt.NDArray[np.int64]
    purchases: Purchases | None


def simulate(plan: Plan, part: Part) -> Simulated:
    """Simulate a part: a pure function of the plan and the range, picklable, for any engine to call."""
    keep_freed_memory()
    orders = simulate_orders(plan, part)
    baskets = simulate_baskets(plan, orders)
    outcomes = simulate_outcomes(plan, orders, baskets)

    shops = len(plan.shops)
    first_day = int(orders.day[0])
    order_total = _sums(baskets.order, outcomes.total, len(orders.id))
    cell = (orders.day - first_day) * shops + orders.shop
    revenue = _sums(cell, order_total, (int(orders.day[-1]) - first_day + 1) * shops)
    reviewed = any(spec.entity == "review" for spec in plan.tables.values())
    needs_status = plan.statuses is not None and (reviewed or plan.publishes("order", "status"))
    status = simulate_statuses(plan, orders) if needs_status else None

    batches = {}
    if part.is_published:
        known = lines_known(plan, orders, baskets)
        if known is not None:
            order_total = _sums(baskets.order, np.where(known, outcomes.total, 0), len(orders.id))
        charges = Charges(plan, orders, baskets, outcomes, known)
        order_rows = Rows(
            _order_columns(plan, orders, order_total, status) | charges.of_orders,
            lambda: orders.address,
            {
                "customer": lambda: (customers(plan, orders.customer), None),
                "shop": lambda: (all_shops(plan), orders.shop),
            },
        )
        line_rows = Rows(
            _line_columns(plan, part, orders, baskets, outcomes) | charges.of_lines,
            lambda: baskets.address,
            {"order": lambda: (order_rows, baskets.order), "product": lambda: (products(plan), baskets.sku)},
        )
        rows = {"order": order_rows, "line": line_rows}
        for name, spec in plan.tables.items():
            if spec.keyed_by_order:
                batches[name] = batch_of(plan, spec, rows[spec.entity])
                if spec.entity == "line" and known is not None:
                    batches[name] = only(batches[name], known)
    return Simulated(
        batches=batches,
        first_day=first_day,
        revenue=revenue.reshape(-1, shops),
        purchases=reviewable(plan, orders, baskets, status) if reviewed else None,
    )


def _sums(index: npt.NDArray[np.int64], cents: Cents, length: int) -> Cents:
    # Whole cents are added exactly as floating-point numbers, too: all sums lie below 2^53.
    return np.bincount(index, cents, length).astype(np.int64)


def _order_columns(
    plan: Plan, orders: Orders, order_total: Cents, status: npt.NDArray[np.int64] | None
) -> dict[str, Callable[[], Any]]:
    scenario = plan.scenario

    def time() -> npt.NDArray[np.int64]:
        seconds = dates(plan, orders.day)
        seconds *= _SECONDS_A_DAY
        seconds += orders.second
        return seconds

    def statuses() -> pa.Array:
        assert scenario.fulfilment is not None, "a scenario without fulfilment publishes no status"
        assert status is not None, "simulated where it is published"
        return take_words(list(scenario.fulfilment.shares), status_known(plan, orders, status))

    return {
        "id": lambda: orders.id,
        "shop": lambda: take_words(plan.shops, orders.shop),
        "customer": lambda: orders.customer,
        "time": time,
        "date": lambda: dates(plan, orders.day),
        "status": statuses,
        "payment": lambda: take_words(
            list(scenario.payment.shares if scenario.payment else ()), simulate_payments(plan, orders)
        ),
        "shipping_address": lambda: simulate_shipping(plan, orders),
        "promised": lambda: dates(plan, simulate_promised(plan, orders)),
        "delivered": lambda: dates(plan, simulate_delivered(plan, orders)),
        "total": lambda: order_total,
    }


def _line_columns(
    plan: Plan, part: Part, orders: Orders, baskets: Baskets, outcomes: Outcomes
) -> dict[str, Callable[[], Any]]:
    def numbers() -> npt.NDArray[np.int64]:
        assert plan.line_numbers is not None, "counted where they are published"
        before = plan.line_numbers.before_order(part.start, plan.sizes, plan.counts, plan.buyers)
        return before + 1 + np.arange(len(baskets.sku))

    return {
        "order": lambda: baskets.order + orders.id[0],
        "product": lambda: baskets.sku + plan.scenario.catalog.first_sku,
        "quantity": lambda: outcomes.quantity,
        "unit_price": lambda: outcomes.unit_price,
        "is_returned": lambda: returns_known(plan, orders, baskets, simulate_returns(plan, orders, baskets)),
        "number": lambda: baskets.number + 1,
        "discount": lambda: outcomes.discount,
        "id": numbers,
        "list_price": lambda: outcomes.list_price,
        "total": lambda: outcomes.total,
    }


def simulate_reviewed(plan: Plan, purchases: Purchases) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Tables of reviews, which follow from the purchases of all orders, batch by batch."""
    for decided in decide(plan, purchases).batches():
        yield from simulate_decided(plan, decided)


def simulate_decided(plan: Plan, decided: Decided) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Tables of the reviews that were decided, in one batch."""
    specs = [spec for spec in plan.tables.values() if spec.entity == "review"]
    if not specs:
        return
    columns = simulate_reviews(plan, decided)
    sku = columns["product"] - plan.scenario.catalog.first_sku
    rows = Rows(
        ready({**columns, "date": dates(plan, columns["date"])}),
        lambda: decided.pair,
        {
            "product": lambda: (products(plan), sku),
            "customer": lambda: (customers(plan, columns["customer"]), None),
        },
    )
    for spec in specs:
        yield spec.name, batch_of(plan, spec, rows)


def simulate_aggregates(plan: Plan, revenue: npt.NDArray[np.int64]) -> dict[str, pa.RecordBatch]:
    """Tables by day and by month, which derive from the revenue of all simulated orders.

    Parameters
    ----------
    revenue
        Cents, shape (days since the scenario's first, shops); filled for all simulated days.
    """
    batches = {}
    for name, spec in plan.tables.items():
        if spec.entity == "marketing_day":
            cells: dict[str, Any] = {**simulate_marketing(plan, revenue)}
            when = cells["day"]
            cells["date"] = dates(plan, when)
        elif spec.entity == "marketing_channel_day":
            from footfall.simulate.channels import simulate_channels  # noqa: PLC0415 - seldom needed

            cells = {**simulate_channels(plan, revenue)}
            names, channel = list(plan.scenario.marketing_channels or ()), cells["channel"]
            when = cells["day"] * len(names) + channel
            cells |= {"date": dates(plan, cells["day"]), "channel": take_words(names, channel)}
        elif spec.entity == "budget_month":
            cells = {**simulate_budget(plan, revenue)}
            when = [int(month.replace("-", "")) for month in cells["month"]]
        else:
            continue
        batches[name] = batch_of(plan, spec, _of_shops(plan, when, cells))
    return batches


def _of_shops(plan: Plan, when: npt.ArrayLike, cells: dict[str, Any]) -> Rows:
    """Rows a day, or month, and shop."""
    shop = np.asarray(cells["shop"])
    return Rows(
        ready({**cells, "shop": take_words(plan.shops, shop)}),
        lambda: (np.asarray(when, np.uint64) << np.uint64(16)) + shop.astype(np.uint64),
        {"shop": lambda: (all_shops(plan), shop)},
    )
