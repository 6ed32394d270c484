"""What becomes of orders: status, payment, and where they go."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.plan.mixes import cases_of, choice_by_case
from footfall.plan.plan import Plan
from footfall.scenario.mixes import VaryingMix
from footfall.simulate.orders import Orders

Ints = npt.NDArray[np.int64]


def simulate_statuses(plan: Plan, orders: Orders) -> Ints:
    """Place of each order's status in the scenario's mix; the youngest orders are still in progress."""
    assert plan.statuses is not None, "a scenario without fulfilment publishes no status"
    law = plan.scenario.fulfilment
    case = _cases(plan, orders, law) if law is not None and law.varies else None
    return plan.statuses.of_orders(plan.streams, orders.number, orders.address, case)


def simulate_payments(plan: Plan, orders: Orders) -> Ints:
    """Place of each order's way of payment in the scenario's mix."""
    law = plan.scenario.payment
    assert plan.payments is not None, "a scenario without payment publishes none"
    if law is not None and law.varies:
        choose, case = choice_by_case(law.cases(plan.shops)), _cases(plan, orders, law)
        return choose(plan.streams.bits("order.payment", orders.address), case).astype(np.int64)
    return plan.payments(plan.streams, orders.number, orders.address)


def _cases(plan: Plan, orders: Orders, law: VaryingMix) -> Ints:
    first_days = [plan.calendar.day_of(day) for day in law.change_days]
    return cases_of(first_days, orders.day, orders.shop, len(plan.shops))


def simulate_shipping(plan: Plan, orders: Orders) -> pa.Array:
    """Address that each order goes to, in one line: the customer's of that day, or for some another one."""
    from footfall.plan.people import locale_pools  # noqa: PLC0415 - only where addresses are published
    from footfall.simulate.moves import home_lines, last_move, merged  # noqa: PLC0415 - likewise
    from footfall.simulate.people import address_lines  # noqa: PLC0415 - likewise

    assert plan.elsewhere is not None, "a scenario without shipping publishes no address"
    locales = [locale_pools(plan.scenario.customers.locales[shop]) for shop in plan.shops]
    goes_elsewhere = plan.elsewhere(plan.streams, orders.number, orders.address) == 1
    away, stay = np.flatnonzero(goes_elsewhere), np.flatnonzero(~goes_elsewhere)
    who, year = orders.customer[stay] - 1, last_move(plan, orders.customer[stay] - 1, orders.day[stay])
    home = home_lines(plan.streams, locales, orders.shop[stay], who, year)
    other = address_lines(plan.streams, "elsewhere", locales, orders.shop[away], orders.address[away])
    return merged(stay, home, away, other)
