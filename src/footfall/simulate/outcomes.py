"""What becomes of a line: quantity, discount, price paid, return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.money import Cents, discounted, line_total
from footfall.plan.plan import Plan
from footfall.simulate.baskets import Baskets
from footfall.simulate.orders import Orders

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outcomes:
    """Columns of lines: units, discount in percent, prices in cents, return.

    Attributes
    ----------
    list_price, unit_price : ndarray of int
        Price of one unit before and after discount.
    total : ndarray of int
        What the line costs, by the scenario's rule of rounding.
    """

    quantity: Ints
    discount: Ints
    list_price: Cents
    unit_price: Cents
    total: Cents
    is_returned: npt.NDArray[np.bool_]


def simulate_outcomes(plan: Plan, orders: Orders, baskets: Baskets) -> Outcomes:
    """Simulate what becomes of each line.

    On a day of an event with a discount every line has it; on any other day the scenario's mix of
    discounts holds (specification, section 4.2).
    """
    streams, basket = plan.streams, plan.scenario.basket
    quantities = np.array(list(basket.quantity))
    drawn = laws.Discrete.of(list(basket.quantity.values()))(
        streams.uniform("line.quantity", baskets.address)
    )
    event_discount = plan.calendar.discount[orders.day[baskets.order]]
    percents = np.array(list(plan.scenario.discount.shares))
    slot = baskets.number
    if plan.sizes.orders is not None:
        slot = plan.sizes.first_slots(streams, orders.number)[baskets.order] + baskets.number
    everyday = percents[plan.discounts(streams, slot, baskets.address)]
    discount = np.where(event_discount > 0, event_discount, everyday)
    u_return = streams.uniform("line.return", baskets.address)
    quantity, price = quantities[drawn], plan.catalog.price[baskets.sku]
    unit_price = discounted(price, discount)
    by_line = plan.scenario.discount.rounded_by == "line"
    return Outcomes(
        quantity=quantity,
        discount=discount,
        list_price=price,
        unit_price=unit_price,
        total=line_total(price, discount, quantity) if by_line else quantity * unit_price,
        is_returned=u_return < plan.catalog.return_probability[baskets.sku],
    )
