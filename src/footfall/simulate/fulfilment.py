"""What becomes of orders: status, payment, and where they go."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import from_numpy
from footfall.plan.plan import Plan
from footfall.simulate.orders import Orders

Ints = npt.NDArray[np.int64]


def simulate_statuses(plan: Plan, orders: Orders) -> Ints:
    """Place of each order's status in the scenario's mix; the youngest orders are still in progress."""
    assert plan.statuses is not None, "a scenario without fulfilment publishes no status"
    return plan.statuses.of_orders(plan.streams, orders.number, orders.address)


def simulate_payments(plan: Plan, orders: Orders) -> Ints:
    """Place of each order's way of payment in the scenario's mix."""
    assert plan.payments is not None, "a scenario without payment publishes none"
    return plan.payments(plan.streams, orders.number, orders.address)


def simulate_shipping(plan: Plan, orders: Orders) -> pa.Array:
    """Address that each order goes to, in one line: the customer's, or for some orders another one."""
    from footfall.plan.people import locale_pools  # noqa: PLC0415 - only where addresses are published
    from footfall.simulate.people import home_addresses, other_addresses  # noqa: PLC0415 - likewise

    assert plan.elsewhere is not None, "a scenario without shipping publishes no address"
    locales = [locale_pools(plan.scenario.customers.locales[shop]) for shop in plan.shops]
    goes_elsewhere = plan.elsewhere(plan.streams, orders.number, orders.address) == 1
    away, stay = np.flatnonzero(goes_elsewhere), np.flatnonzero(~goes_elsewhere)
    home = home_addresses(plan.streams, locales, orders.shop[stay], orders.customer[stay] - 1)
    other = other_addresses(plan.streams, locales, orders.shop[away], orders.address[away])
    # Other addresses stand behind the home addresses; each order takes the one that is its own.
    place = np.empty(len(orders.id), dtype=np.int64)
    place[stay] = np.arange(len(stay))
    place[away] = len(stay) + np.arange(len(away))
    return pa.concat_arrays([home, other]).take(from_numpy(place, pa.int64()))
