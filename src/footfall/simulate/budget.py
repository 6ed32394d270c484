"""The budget: a plan that looks like a forecast, smoother than what happened."""

from __future__ import annotations

from math import lcm

import numpy as np
import numpy.typing as npt

from footfall.core.money import MILLION
from footfall.plan.calendar import month_after
from footfall.plan.plan import Plan


def simulate_budget(
    plan: Plan, revenue: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.int64] | list[str]]:
    """Plan of every month that the horizon touches, and every shop.

    plan_revenue is the month's sum of the trailing mean of daily revenue (the first days of the
    scenario average the days that exist) times a bias drawn for month and shop; orders and margin
    follow from the order value and margin that planning expects (specification, section 5.2).

    Parameters
    ----------
    revenue
        Cents, shape (days since the scenario's first, shops); filled for all simulated days.

    Returns
    -------
    dict
        Columns `month` (text), `shop` (index), `revenue` and `margin` (cents), `orders`.
    """
    law = plan.scenario.budget
    assert law is not None, "a scenario without a budget publishes none"
    shops = len(plan.shops)
    months = plan.planned_months
    if not months:
        nothing = np.zeros(0, dtype=np.int64)
        return {"month": [], "shop": nothing, "revenue": nothing, "orders": nothing, "margin": nothing}
    start, stop = plan.calendar.day_of(months[0]), plan.calendar.day_of(month_after(months[-1]))
    days = np.arange(start, stop)
    window = np.minimum(days + 1, law.window_days)
    sums = np.concatenate([np.zeros((1, shops), dtype=np.int64), np.cumsum(revenue[:stop], axis=0)])
    # Whole numbers: means over 1 .. 28 days as fractions of their least common multiple would outgrow 64 bits
    # only for revenue beyond any shop's, so Python's own integers carry the last step.
    whole = lcm(*set(window.tolist()))
    smoothed = (sums[days + 1] - sums[days + 1 - window]) * (whole // window)[:, None]
    month_of_day = np.array([plan.calendar.date_of(int(t)).replace(day=1).toordinal() for t in days])
    month = np.searchsorted([m.toordinal() for m in months], month_of_day)
    monthly = np.zeros((len(months), shops), dtype=object)
    np.add.at(monthly, month, smoothed.astype(object))

    since = np.array([(m.year - plan.scenario.year) * 12 + m.month - 1 for m in months], dtype=np.uint64)
    # A row number a month and shop, the same whatever months are asked for.
    address = np.add.outer(since << np.uint64(16), np.arange(shops, dtype=np.uint64)).ravel()
    choice = (plan.streams.uniform("budget.bias", address) * len(law.biases_percent)).astype(np.int64)
    bias = np.array(law.biases_percent)[choice]
    planned = _half_up(monthly.ravel() * bias.astype(object), 100 * whole)
    value = round(plan.solved.expected_order_value * 100)
    margin = round(plan.solved.expected_gross_margin * MILLION)
    return {
        "month": [f"{m:%Y-%m}" for m in months for _ in range(shops)],
        "shop": np.tile(np.arange(shops), len(months)),
        "revenue": planned,
        "orders": _half_up(planned.astype(object), value),
        "margin": _half_up(planned.astype(object) * margin, MILLION),
    }


def _half_up(numerator: npt.NDArray[np.object_], denominator: int) -> npt.NDArray[np.int64]:
    return ((2 * numerator + denominator) // (2 * denominator)).astype(np.int64)
