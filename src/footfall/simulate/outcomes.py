"""What becomes of a line: quantity, discount, price paid, return."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.arrays import Itself
from footfall.core.money import Cents, discounted, line_total
from footfall.core.streams import STEP_BITS
from footfall.plan.plan import Plan
from footfall.simulate.baskets import Baskets
from footfall.simulate.orders import Orders

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outcomes:
    """Columns of lines: units, discount in percent, prices in cents.

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


def simulate_outcomes(plan: Plan, orders: Orders, baskets: Baskets) -> Outcomes:
    """Simulate what becomes of each line.

    On a day of an event with a discount every line has it; on any other day the scenario's mix of
    discounts holds (specification, section 4.2). Lines of a category that is sold off have its promotion's,
    unless the event's is deeper.
    """
    quantities = plan.scenario.basket.quantity
    choose = laws.choice(tuple(quantities.values()), tuple(quantities))
    quantity = choose(plan.streams.bits("line.quantity", baskets.address))
    discount = _discounts(plan, orders, baskets)
    versions = plan.catalog.versions
    if versions is None:
        price = plan.catalog.price.take(baskets.sku)
    else:
        price = versions.price_on(baskets.sku, orders.day.take(baskets.order))
    total, unit_price = quantity * price, price.copy()
    # Most lines have no discount, which leaves a price as it is.
    sold_off = np.flatnonzero(discount > 0)
    percent = discount.take(sold_off)
    unit_price[sold_off] = discounted(price.take(sold_off), percent)
    if plan.scenario.discount.rounded_by == "line":
        total[sold_off] = line_total(price.take(sold_off), percent, quantity.take(sold_off))
    else:
        total[sold_off] = unit_price.take(sold_off) * quantity.take(sold_off)
    return Outcomes(
        quantity=quantity, discount=discount, list_price=price, unit_price=unit_price, total=total
    )


def simulate_returns(plan: Plan, orders: Orders, baskets: Baskets) -> npt.NDArray[np.bool_]:
    """Whether each line is sent back, by its SKU's probability, or its customer's class's for the SKU."""
    step = plan.streams.bits("line.return", baskets.address)
    step >>= np.uint64(64 - STEP_BITS)
    if plan.returning is None:
        return np.asarray(step < _kept_from(Itself(plan.catalog.return_probability)).take(baskets.sku))
    place = plan.returning.classes(plan.streams, orders.customer).take(baskets.order)
    place *= len(plan.catalog.price)
    place += baskets.sku
    return np.asarray(step < _kept_from(Itself(plan.returning.chances)).take(place))


def _discounts(plan: Plan, orders: Orders, baskets: Baskets) -> Ints:
    slot = baskets.number
    if baskets.first_slot is not None:
        slot = baskets.first_slot.take(baskets.order)
        slot += baskets.number
    percents = tuple(plan.scenario.discount.shares)
    discount = plan.discounts.chosen(plan.streams, slot, baskets.address, percents)
    of_events = plan.calendar.discount
    if of_events[orders.day[0] : orders.day[-1] + 1].any():
        of_event = of_events.take(orders.day).take(baskets.order)
        np.copyto(discount, of_event, where=of_event > 0)
    if plan.promoted is not None:
        running = plan.promoted.running.take(orders.day).take(baskets.order)
        of_category = plan.promoted.discount[running, plan.catalog.category.take(baskets.sku)]
        deepest = np.maximum(of_category, of_events.take(orders.day).take(baskets.order))
        np.copyto(discount, deepest, where=of_category > 0)
    return discount


@lru_cache(maxsize=4)
def _kept_from(chances: Itself) -> laws.Steps:
    """Least step of a uniform at which a line of each chance is kept."""
    return laws.first_steps(chances.value)
