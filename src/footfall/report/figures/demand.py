"""When orders come: days, hours, months, paydays, and the multipliers that the counts give back."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.calendar import EPOCH, days_between, intensity
from footfall.contract.noise import NoiseLaw
from footfall.contract.subject import Subject
from footfall.report.figures.duckdb import Tables
from footfall.report.figures.intervals import Z, count_band, plain
from footfall.report.figures.multipliers import MOST_SHOPS, WEEKDAYS, multipliers
from footfall.scenario.happenings import happenings

Floats = npt.NDArray[np.float64]

_MOST_DAYS = 800  # beyond, a point is a week


def demand(tables: Tables) -> dict[str, Any]:
    """Figures of the orders' times; empty where no day is published."""
    if not tables.has("order", "day"):
        return {}
    subject = tables.subject
    days = days_between(subject.first, subject.last)
    observed, expected = _counts(tables), _expected(tables)
    told: dict[str, Any] = {
        "days": _by_day(subject, days, observed, expected),
        **happenings(subject.scenario, days),
        "weekdays": _grouped(subject, [d.weekday() for d in days], WEEKDAYS, observed, expected, mean=True),
        "months": _by_month(subject, days, observed, expected),
        "payday": _by_day_of_month(subject, days, observed, expected),
        "multipliers": multipliers(subject, days, observed, expected),
    }
    if tables.has("order", "time"):
        hours = np.zeros((7, 24), np.int64)
        for weekday, hour, count in tables.rows(
            'SELECT isodow("time") - 1, hour("time"), count(*) FROM "order" GROUP BY ALL'
        ):
            hours[weekday, hour] = count
        told["hours"] = {
            "weekdays": list(WEEKDAYS),
            "orders": hours.tolist(),
            "days": [sum(d.weekday() == w for d in days) for w in range(7)],
        }
    return {name: value for name, value in told.items() if value}


def _counts(tables: Tables) -> Floats:
    """Orders by day of the horizon and shop; all in one column where no shop is published."""
    subject = tables.subject
    shops = subject.shops if tables.has("order", "shop") else ("",)
    place = {shop: i for i, shop in enumerate(shops)}
    counts = np.zeros((subject.days, len(shops)))
    shop = "shop" if tables.has("order", "shop") else "''"
    for day, name, count in tables.rows(f'SELECT day, {shop}, count(*) FROM "order" GROUP BY ALL'):
        since = (day - subject.first).days
        if 0 <= since < subject.days and name in place:
            counts[since, place[name]] += count
    return counts


def _expected(tables: Tables) -> Floats | None:
    registered = None
    if tables.subject.as_of and tables.subject.scenario.demand.follows_customers:
        return None  # who will register later is part of the law, and not yet known
    if tables.has("customer", "registered"):
        registered = np.array(
            [(day - EPOCH).days for (day,) in tables.rows('SELECT registered FROM "customer" ORDER BY 1')],
            dtype=np.int64,
        )
    expected = intensity(tables.subject, registered)
    if expected is not None and not tables.has("order", "shop"):
        return expected.sum(1, keepdims=True)
    return expected


def _by_day(
    subject: Subject, days: list[dt.date], observed: Floats, expected: Floats | None
) -> dict[str, Any]:
    step = 1 if len(days) <= _MOST_DAYS else 7
    starts = np.arange(0, len(days), step)
    shops = list(subject.shops) if observed.shape[1] == len(subject.shops) else ["all shops"]
    largest = np.argsort(-observed.sum(0), kind="stable")[:MOST_SHOPS]
    seen = np.add.reduceat(observed, starts)
    told: dict[str, Any] = {
        "starts": [days[i].isoformat() for i in starts],
        "days_a_point": step,
        "shops": [],
    }
    law = None if expected is None else np.add.reduceat(expected, starts)
    if law is not None and expected is not None:
        point = np.arange(len(days)) // step
        alone = [_strayed(subject, column[:, None], point, len(starts)) for column in expected.T]
        low, high = count_band(law, np.stack(alone, axis=1))
        told["noisy"] = subject.scenario.demand.noise is not None
        possible = law > 0
        told["inside"] = int(((seen >= low) & (seen <= high))[possible].sum())
        told["cells"] = int(possible.sum())
    for s in sorted(largest.tolist()):
        one: dict[str, Any] = {"shop": shops[s], "orders": [int(n) for n in seen[:, s]]}
        if law is not None:
            one |= {"expected": plain(law[:, s], 2), "low": plain(low[:, s], 0), "high": plain(high[:, s], 0)}
        told["shops"].append(one)
    told["shops_left_out"] = len(shops) - len(largest)
    return told


def _strayed(subject: Subject, expected: Floats, group: npt.NDArray[np.int64], groups: int) -> Floats:
    """Variance of the means of groups of days over their squares, where days are noisier than Poisson."""
    noise = NoiseLaw.of(subject.scenario)
    if noise is None:
        return np.zeros(groups)
    mean = np.maximum(np.bincount(group, expected.sum(1), groups), 1e-9)
    return np.asarray(noise.variance_of_means(expected, group, groups) / mean**2)


def _grouped(
    subject: Subject,
    group: list[int],
    names: tuple[str, ...] | list[str],
    observed: Floats,
    expected: Floats | None,
    *,
    mean: bool = False,
) -> list[dict[str, Any]]:
    """Orders by group of days with what was expected of them, in all or a day."""
    place, told = np.array(group), []
    strayed = None if expected is None else _strayed(subject, expected, place, len(names))
    for g, name in enumerate(names):
        inside = place == g
        days, orders = int(inside.sum()), float(observed[inside].sum())
        if not days:
            continue
        each = days if mean else 1
        one: dict[str, Any] = {"name": name, "days": days, "orders": round(orders / each, 4)}
        if expected is not None and strayed is not None:
            law = float(expected[inside].sum())
            low, high = count_band([law], strayed[g])
            one |= {
                "expected": round(law / each, 4),
                "low": round(float(low[0]) / each, 4),
                "high": round(float(high[0]) / each, 4),
            }
        told.append(one)
    return told


def _by_month(
    subject: Subject, days: list[dt.date], observed: Floats, expected: Floats | None
) -> list[dict[str, Any]]:
    names = sorted({f"{d:%Y-%m}" for d in days})
    return _grouped(subject, [names.index(f"{d:%Y-%m}") for d in days], names, observed, expected)


def _by_day_of_month(
    subject: Subject, days: list[dt.date], observed: Floats, expected: Floats | None
) -> dict[str, Any]:
    """Orders by day of the month over what would be expected of it without the payday's multiplier."""
    payday = subject.scenario.demand.payday
    if expected is None or payday.multiplier == 1.0:
        return {}
    late = np.array([d.day >= payday.from_day for d in days])
    without = expected.sum(1) / np.where(late, payday.multiplier, 1.0)
    number = np.array([d.day for d in days])
    strayed, told = _strayed(subject, expected, number, 32), []
    for n in range(1, 32):
        inside = number == n
        law, orders = float(without[inside].sum()), float(observed[inside].sum())
        if law > 0:
            asked = payday.multiplier if n >= payday.from_day else 1.0
            error = math.sqrt(asked / law + asked**2 * float(strayed[n]))
            told.append(
                {
                    "day": n,
                    "orders": int(orders),
                    "without_payday": round(law, 2),
                    "index": round(orders / law, 4),
                    "asked": asked,
                    "low": round(asked - Z * error, 4),
                    "high": round(asked + Z * error, 4),
                }
            )
    sums = [(float(observed[part].sum()), float(without[part].sum())) for part in (late, ~late)]
    if not all(law > 0 for _, law in sums):
        return {}
    return {
        "from_day": payday.from_day,
        "multiplier": payday.multiplier,
        "observed": round(sums[0][0] / sums[0][1] / max(sums[1][0] / sums[1][1], 1e-12), 4),
        "days": told,
    }
