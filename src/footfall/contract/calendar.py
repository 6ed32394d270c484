"""What the scenario's calendar promises: expected orders a day and shop, discounts a day."""

from __future__ import annotations

import datetime as dt

import numpy as np

from footfall.contract.statistics import Counts, Floats
from footfall.contract.subject import Subject
from footfall.scenario.model import Demand


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every day from first to last, both included."""
    return [first + dt.timedelta(d) for d in range((last - first).days + 1)]


def _shape(demand: Demand, start: dt.date, days: list[dt.date]) -> Floats:
    weekday = demand.weekday.multipliers
    out = np.empty(len(days))
    for i, day in enumerate(days):
        value = max(0.0, 1 + demand.growth_per_day * (day - start).days) * weekday[day.weekday()]
        if day.day >= demand.payday.from_day:
            value *= demand.payday.multiplier
        for event in demand.events.values():
            if event.covers(day):
                value *= event.multiplier
        out[i] = value
    return out


def intensity(subject: Subject) -> Floats:
    """Give the expected orders by day of the horizon and shop.

    The base is solved for the scenario's declared year, whatever the horizon.
    """
    scenario = subject.scenario
    shops = np.array(list(scenario.demand.shops.values()))
    year = _shape(
        scenario.demand, scenario.first_day, days_between(scenario.first_day, scenario.last_day)
    ).sum()
    days = _shape(scenario.demand, scenario.first_day, days_between(subject.first, subject.last))
    return np.asarray(scenario.demand.orders / (year * shops.sum()) * np.outer(days, shops), np.float64)


def event_discounts(subject: Subject) -> Counts:
    """Discount in percent that an event promises on each day of the horizon; the deepest counts."""
    events = subject.scenario.demand.events.values()
    return np.array(
        [
            max((e.discount_percent for e in events if e.covers(day)), default=0)
            for day in days_between(subject.first, subject.last)
        ],
        dtype=np.int64,
    )
