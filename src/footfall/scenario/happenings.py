"""What happens on which days of a scenario: events, promotions, holidays, and days on which nothing sells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from footfall.scenario.model import Scenario

Days = Sequence[dt.date]


def happenings(scenario: Scenario, days: Days) -> dict[str, list[dict[str, Any]]]:
    """Tell what happens within some days that follow each other, in order of the first day.

    Returns
    -------
    dict
        `events` and `promotions`: a run of days each, cut to the days asked for. `holidays`: a day each, with
        the shops that keep it; empty where their orders are as on any other day.
    """
    return {
        "events": _in_order(_events(scenario, days)),
        "promotions": _in_order(_promotions(scenario, days)),
        "holidays": list(_holidays(scenario, days)),
    }


def closed_weekdays(scenario: Scenario) -> list[str]:
    """Weekdays on which all shops are closed, such as "Sun"."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    times = scenario.demand.weekday.multipliers
    return [name for name, multiplier in zip(names, times, strict=True) if multiplier == 0]


def _events(scenario: Scenario, days: Days) -> Iterator[dict[str, Any]]:
    for name, event in scenario.demand.events.items():
        for run in _runs(days, event.covers):
            yield {
                "event": name,
                **run,
                "multiplier": event.multiplier,
                "discount_percent": event.discount_percent,
            }


def _promotions(scenario: Scenario, days: Days) -> Iterator[dict[str, Any]]:
    for name, promotion in (scenario.promotions or {}).items():
        for run in _runs(days, promotion.covers):
            yield {
                "promotion": name,
                **run,
                "categories": list(promotion.categories),
                "uplift": promotion.uplift,
                "discount_percent": promotion.discount_percent,
            }


def _holidays(scenario: Scenario, days: Days) -> Iterator[dict[str, Any]]:
    asked = scenario.demand.holidays
    if asked is None or asked.multiplier == 1:
        return
    shops = list(scenario.demand.shops)
    for day, factors in zip(days, asked.factors(shops, days), strict=True):
        keeping = [shop for shop, factor in zip(shops, factors, strict=True) if factor != 1]
        if keeping:
            yield {"date": day.isoformat(), "shops": keeping, "multiplier": asked.multiplier}


def _runs(days: Days, covers: Callable[[dt.date], bool]) -> Iterator[dict[str, str]]:
    """First and last days of what is on for days that follow each other."""
    on = [day for day in days if covers(day)]
    starts = [k for k, day in enumerate(on) if not k or day - on[k - 1] > dt.timedelta(1)]
    for start, after in zip(starts, [*starts[1:], len(on)], strict=False):
        yield {"first": on[start].isoformat(), "last": on[after - 1].isoformat()}


def _in_order(told: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(told, key=lambda run: str(run["first"]))
