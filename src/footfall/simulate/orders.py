"""Order headers: when, in which shop, by whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.plan.parts import Part
from footfall.plan.plan import Plan
from footfall.plan.registry import CustomerRegistry

Ints = npt.NDArray[np.int64]

_FRACTION_BITS = 32


@dataclass(frozen=True)
class Orders:
    """Columns of a range of orders.

    Attributes
    ----------
    id : ndarray of int
        From 1, rising with time.
    address : ndarray of uint64
        (day << 40) + place in the day: what the orders' streams are addressed by.
    day : ndarray of int
        Days since the scenario's first.
    second : ndarray of int
        Second of the day.
    shop : ndarray of int
        Index of the shop.
    customer : ndarray of int
        Customer number, from 1.
    """

    id: Ints
    address: npt.NDArray[np.uint64]
    day: Ints
    second: Ints
    shop: Ints
    customer: Ints

    @property
    def number(self) -> Ints:
        """Orders before this one, which exact shares are dealt by."""
        return self.id - 1


def simulate_orders(plan: Plan, part: Part) -> Orders:
    """Simulate the headers of a part.

    The cells (day, slot) that the part touches are made whole: their times are drawn and sorted, and
    only then cut to the part, so a row does not depend on where parts begin. Times are sorted below
    the second; in whole seconds, orders of equal time would stand in the order of drawing.
    """
    starts, slots = plan.counts.starts, plan.counts.slots
    first_cell = int(np.searchsorted(starts, part.start, side="right")) - 1
    stop_cell = int(np.searchsorted(starts, part.stop, side="left"))
    counts = np.diff(starts[first_cell : stop_cell + 1])
    cell = np.repeat(np.arange(first_cell, stop_cell), counts)
    number = np.arange(starts[first_cell], starts[stop_cell])
    day, address = plan.counts.addresses(number)

    drawn = plan.streams.bits("order.time", address) >> np.uint64(64 - _FRACTION_BITS)
    since = ((cell - first_cell).astype(np.uint64) << np.uint64(_FRACTION_BITS)) + drawn
    since.sort()
    fraction = (since & np.uint64(2**_FRACTION_BITS - 1)).astype(np.int64)
    opens, closes = plan.scenario.demand.opening_seconds
    in_day = ((cell % slots) << _FRACTION_BITS) + fraction
    second = opens + (in_day * (closes - opens + 1) // slots >> _FRACTION_BITS)

    cut = slice(part.start - int(starts[first_cell]), part.stop - int(starts[first_cell]))
    address, day, second, number = address[cut], day[cut], second[cut], number[cut]
    u_customer = plan.streams.uniform("order.customer", address)
    if isinstance(plan.customers, CustomerRegistry):
        customer = plan.customers.draw(u_customer, day)
        shop = plan.customers.shop[customer - 1]
    else:
        shop = laws.Discrete.of(plan.calendar.shop_weights)(plan.streams.uniform("order.shop", address))
        customer = plan.customers.draw(u_customer, shop)
    return Orders(id=number + 1, address=address, day=day, second=second, shop=shop, customer=customer)
