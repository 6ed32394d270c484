"""What the scenario's calendar promises: expected orders a day and shop, discounts a day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from footfall.contract.statistics import Counts, Floats
from footfall.contract.subject import Subject
from footfall.scenario.demand import Demand, Event
from footfall.scenario.model import Scenario

EPOCH = dt.date(1970, 1, 1)


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every day from first to last, both included."""
    return [first + dt.timedelta(d) for d in range((last - first).days + 1)]


def _covered(days: list[dt.date], event: Event) -> npt.NDArray[np.bool_]:
    month_day = np.array([100 * day.month + day.day for day in days], dtype=np.int64)
    first, last = (int(text[:2]) * 100 + int(text[3:]) for text in (event.from_, event.to))
    return (month_day >= first) & (month_day <= last)


def _shape(demand: Demand, start: dt.date, days: list[dt.date]) -> Floats:
    since = np.array([(day - start).days for day in days], dtype=np.int64)
    out: Floats = np.maximum(0.0, 1 + demand.growth_per_day * since)
    out *= np.array(demand.weekday.multipliers)[(start.weekday() + since) % 7]
    out *= np.array(demand.months.multipliers)[[day.month - 1 for day in days]] if days else 1.0
    late = np.array([day.day >= demand.payday.from_day for day in days], dtype=bool)
    out[late] *= demand.payday.multiplier
    for event in demand.events.values():
        out[_covered(days, event)] *= event.multiplier
    return out


def holiday_factors(demand: Demand, days: list[dt.date]) -> Floats:
    """Multiplier of each day and shop by the shop's holidays."""
    out = np.ones((len(days), len(demand.shops)))
    asked = demand.holidays
    if asked is not None and asked.dates is not None:
        place_of_day = {day: i for i, day in enumerate(days)}
        for column, shop in enumerate(demand.shops):
            dates = asked.dates[asked.places[shop]] if shop in asked.places else []
            out[[place_of_day[d] for d in set(dates) if d in place_of_day], column] = asked.multiplier
    return out


def shop_factors(scenario: Scenario, days: list[dt.date]) -> Floats:
    """Multiplier of each day and shop by the shop's holidays; 0 before it opened."""
    out = holiday_factors(scenario.demand, days)
    for column, shop in enumerate(scenario.demand.shops):
        if scenario.shops is not None:
            out[[day < scenario.shops[shop].opened for day in days], column] = 0.0
    return out


def intensity(subject: Subject, registered: Counts | None) -> Floats | None:
    """Give the expected orders by day of the horizon and shop.

    The base is solved for the scenario's declared horizon, whatever is published.

    Parameters
    ----------
    registered
        Days since 1970 on which customers registered, rising; None where they are not known.

    Returns
    -------
    ndarray or None
        None where demand follows the customers and their registrations are not known.
    """
    scenario = subject.scenario
    if scenario.demand.follows_customers and registered is None:
        return None

    def shape(first: dt.date, last: dt.date) -> Floats:
        days = days_between(first, last)
        out = _shape(scenario.demand, scenario.first_day, days)
        if scenario.demand.follows_customers and registered is not None:
            out *= np.searchsorted(registered, [(day - EPOCH).days for day in days])
        return out

    shops = np.array(list(scenario.demand.shops.values()))

    def weights(first: dt.date, last: dt.date) -> Floats:
        by_shop = np.outer(shape(first, last), shops)
        return np.asarray(by_shop * shop_factors(scenario, days_between(first, last)))

    declared = float(weights(scenario.first_day, scenario.last_day).sum())
    days = weights(subject.first, subject.last)
    return days if declared <= 0 else np.asarray(scenario.demand.orders / declared * days, np.float64)


def closed_days(subject: Subject) -> npt.NDArray[np.bool_]:
    """Days of the horizon, by shop, on which the scenario's calendar lets nothing be ordered."""
    days = days_between(subject.first, subject.last)
    shape = _shape(subject.scenario.demand, subject.scenario.first_day, days)
    return np.asarray(shape[:, None] * shop_factors(subject.scenario, days) == 0)


def event_discounts(subject: Subject) -> Counts:
    """Discount in percent that an event promises on each day of the horizon; the deepest counts."""
    days = days_between(subject.first, subject.last)
    out = np.zeros(len(days), np.int64)
    for event in subject.scenario.demand.events.values():
        out = np.maximum(out, _covered(days, event) * event.discount_percent)
    return out


def event_names(subject: Subject) -> list[str]:
    """Name the events of each day of the horizon, and where some shop has a holiday."""
    days = days_between(subject.first, subject.last)
    events = subject.scenario.demand.events
    on = {name: _covered(days, event).tolist() for name, event in events.items()}
    asked = subject.scenario.demand.holidays
    if asked is not None and asked.dates is not None:
        holidays = {day for place in set(asked.places.values()) for day in asked.dates[place]}
        on["a holiday"] = [day in holidays for day in days]
    return ["+".join(n for n in on if on[n][i]) or "no event" for i in range(len(days))]
