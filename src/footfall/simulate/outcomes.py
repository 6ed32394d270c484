"""What becomes of a line: quantity, discount, price paid, return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.money import Cents, discounted
from footfall.plan.plan import Plan
from footfall.simulate.baskets import Baskets
from footfall.simulate.orders import Orders

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outcomes:
    """Columns of lines: units, discount in percent, price paid for one unit in cents, return."""

    quantity: Ints
    discount: Ints
    unit_price: Cents
    is_returned: npt.NDArray[np.bool_]

    @property
    def revenue(self) -> Cents:
        """Units times the price that was paid, in cents."""
        return self.quantity * self.unit_price


def simulate_outcomes(plan: Plan, orders: Orders, baskets: Baskets) -> Outcomes:
    """Simulate what becomes of each line.

    On a day of an event with a discount every line has it; on any other day a small share of lines
    has the everyday discount (specification, section 4.2).
    """
    streams, basket = plan.streams, plan.scenario.basket
    quantities = np.array(list(basket.quantity))
    drawn = laws.Discrete.of(list(basket.quantity.values()))(
        streams.uniform("line.quantity", baskets.address)
    )
    event_discount = plan.calendar.discount[orders.day[baskets.order]]
    everyday = plan.scenario.everyday_discount
    has_everyday = streams.uniform("line.discount", baskets.address) < everyday.share
    discount = np.where(event_discount > 0, event_discount, np.where(has_everyday, everyday.percent, 0))
    u_return = streams.uniform("line.return", baskets.address)
    return Outcomes(
        quantity=quantities[drawn],
        discount=discount,
        unit_price=discounted(plan.catalog.price[baskets.sku], discount),
        is_returned=u_return < plan.catalog.return_probability[baskets.sku],
    )
