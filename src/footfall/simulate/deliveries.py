"""When orders are promised and when they come."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from footfall.core.streams import Rows
from footfall.plan.plan import Plan
from footfall.scenario.delivery import Delivery
from footfall.simulate.arrival import days_after
from footfall.simulate.orders import Orders

Ints = npt.NDArray[np.int64]


def is_late(plan: Plan, address: Rows) -> npt.NDArray[np.bool_]:
    """Whether each order comes late."""
    return np.asarray(plan.streams.uniform("order.late", address) < _law(plan).late_share)


def days_to_delivery(plan: Plan, address: Rows) -> Ints:
    """Days from each order to its delivery."""
    law = _law(plan)
    late = np.flatnonzero(is_late(plan, address))
    days = days_after(plan, "order.delivery", law.in_time, address)
    days[late] = law.promised_days + days_after(plan, "order.lateness", law.late, address[late])
    return days


def simulate_promised(plan: Plan, orders: Orders) -> Ints:
    """Day t by which each order is promised."""
    return np.asarray(orders.day + _law(plan).promised_days)


def simulate_delivered(plan: Plan, orders: Orders) -> Ints:
    """Day t on which each order is delivered; what isn't known on the plan's day is as promised."""
    delivered = orders.day + days_to_delivery(plan, orders.address)
    if plan.as_of is None:
        return np.asarray(delivered)
    return np.where(delivered <= plan.as_of, delivered, simulate_promised(plan, orders))


def _law(plan: Plan) -> Delivery:
    assert plan.scenario.arrival.delivery is not None, "a scenario without deliveries publishes none"
    return plan.scenario.arrival.delivery
