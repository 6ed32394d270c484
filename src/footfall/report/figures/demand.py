"""When orders come: days, hours, months, paydays, and the multipliers that the counts give back."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.calendar import EPOCH, days_between, holiday_factors, intensity
from footfall.contract.subject import Subject
from footfall.report.figures.duckdb import Tables
from footfall.report.figures.intervals import Z, plain, poisson_band
from footfall.report.figures.regression import poisson_regression

Floats = npt.NDArray[np.float64]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_SHOPS = 6
LEAST_ORDERS = 10
"""Orders that an estimated multiplier must have at least (Peduzzi et al. 1996, "events per variable")."""
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
        "events": _events(subject, days),
        "weekdays": _grouped([d.weekday() for d in days], WEEKDAYS, observed, expected, mean=True),
        "months": _by_month(days, observed, expected),
        "payday": _by_day_of_month(subject, days, observed, expected),
        "multipliers": _multipliers(subject, days, observed, expected),
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
    if law is not None:
        low, high = poisson_band(law)
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


def _events(subject: Subject, days: list[dt.date]) -> list[dict[str, Any]]:
    told = []
    for name, event in subject.scenario.demand.events.items():
        on = [d for d in days if event.covers(d)]
        for year in sorted({d.year for d in on}):
            mine = [d for d in on if d.year == year]
            told.append(
                {
                    "event": name,
                    "first": mine[0].isoformat(),
                    "last": mine[-1].isoformat(),
                    "multiplier": event.multiplier,
                    "discount_percent": event.discount_percent,
                }
            )
    return sorted(told, key=lambda e: str(e["first"]))


def _grouped(
    group: list[int],
    names: tuple[str, ...] | list[str],
    observed: Floats,
    expected: Floats | None,
    *,
    mean: bool = False,
) -> list[dict[str, Any]]:
    """Orders by group of days with what was expected of them, in all or a day."""
    place, told = np.array(group), []
    for g, name in enumerate(names):
        inside = place == g
        days, orders = int(inside.sum()), float(observed[inside].sum())
        if not days:
            continue
        each = days if mean else 1
        one: dict[str, Any] = {"name": name, "days": days, "orders": round(orders / each, 4)}
        if expected is not None:
            law = float(expected[inside].sum())
            low, high = poisson_band([law])
            one |= {
                "expected": round(law / each, 4),
                "low": round(float(low[0]) / each, 4),
                "high": round(float(high[0]) / each, 4),
            }
        told.append(one)
    return told


def _by_month(days: list[dt.date], observed: Floats, expected: Floats | None) -> list[dict[str, Any]]:
    names = sorted({f"{d:%Y-%m}" for d in days})
    return _grouped([names.index(f"{d:%Y-%m}") for d in days], names, observed, expected)


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
    told = []
    for n in range(1, 32):
        inside = number == n
        law, orders = float(without[inside].sum()), float(observed[inside].sum())
        if law > 0:
            asked = payday.multiplier if n >= payday.from_day else 1.0
            error = math.sqrt(asked * law) / law
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


def _multipliers(
    subject: Subject, days: list[dt.date], observed: Floats, expected: Floats | None
) -> list[dict[str, Any]]:
    """Each multiplier of the scenario beside the one that a Poisson regression of the counts gives.

    Weekdays, months and shops are told beside those that the scenario leaves at 1, or beside the first.
    Trend and registrations enter as they are asked for; what is off in the trend is one more term.
    """
    demand_ = subject.scenario.demand
    if expected is None or not observed.sum():
        return []
    if observed.shape[1] > MOST_SHOPS:
        observed, expected = observed.sum(1, keepdims=True), expected.sum(1, keepdims=True)
    shops = observed.shape[1]
    cells = expected > 0
    counts, growth = observed[cells], demand_.growth_per_day
    names: list[tuple[str, str, float]] = [("constant", "", 1.0)]
    columns = [np.ones(len(counts))]
    for kind, name, at, value in _terms(subject, days, shops):
        column = at[cells].astype(np.float64)
        # Where hardly anything is ordered with it, or without, it can't be told, and stays as asked for.
        if LEAST_ORDERS <= counts @ column <= counts.sum() - LEAST_ORDERS:
            names.append((kind, name, value))
            columns.append(column)
    if growth:
        since = np.array([(d - subject.scenario.first_day).days for d in days], dtype=np.float64)
        names.append(("growth", "growth a day", growth))
        columns.append(np.repeat((since / (1 + growth * since))[:, None], shops, axis=1)[cells])
    kept = _independent(columns)
    if counts.sum() < LEAST_ORDERS * len(kept):
        return []
    offset = np.log(expected[cells])
    for place in kept:
        if names[place][0] != "growth":
            offset -= columns[place] * math.log(names[place][2])
    fit = poisson_regression(counts, np.column_stack([columns[i] for i in kept]), offset)
    if fit is None:
        return []
    told = []
    for place, column in enumerate(kept[1:], start=1):
        kind, name, value = names[column]
        estimate, error = float(fit.coefficients[place]), float(fit.errors[place])
        if kind == "growth":
            edges = [growth + estimate + k * error for k in (0.0, -Z, Z)]
        else:
            edges = [math.exp(estimate + k * error) for k in (0.0, -Z, Z)]
        found, low, high = (round(e, 7) for e in edges)
        told.append({"kind": kind, "name": name, "asked": value, "found": found, "low": low, "high": high})
    return told


def _terms(
    subject: Subject, days: list[dt.date], shops: int
) -> list[tuple[str, str, npt.NDArray[np.bool_], float]]:
    """Kind, name, cells (day, shop) and asked value of each multiplier that is asked for."""
    demand_ = subject.scenario.demand

    def of_days(on: list[bool]) -> npt.NDArray[np.bool_]:
        return np.repeat(np.array(on)[:, None], shops, axis=1)

    told = []
    for kind, names, values, group in (
        ("weekday", WEEKDAYS, demand_.weekday.multipliers, [d.weekday() for d in days]),
        ("month", MONTHS, demand_.months.multipliers, [d.month - 1 for d in days]),
    ):
        # On days without orders nothing is told beside others.
        first = next(i for i, v in enumerate(values) if v > 0)
        plain_ones = [v == 1.0 for v in values] if 1.0 in values else [i == first for i in range(len(values))]
        beside = values[plain_ones.index(True)]
        told += [
            (kind, name, of_days([g == i for g in group]), value / beside)
            for i, (name, value) in enumerate(zip(names, values, strict=True))
            if not plain_ones[i] and len(set(values)) > 1
        ]
    if demand_.payday.multiplier != 1.0:
        late = of_days([d.day >= demand_.payday.from_day for d in days])
        told.append(("payday", f"from day {demand_.payday.from_day}", late, demand_.payday.multiplier))
    told += [
        ("event", name, of_days([event.covers(d) for d in days]), event.multiplier)
        for name, event in demand_.events.items()
    ]
    weights = list(demand_.shops.items())
    if demand_.holidays is not None and shops == len(weights) and demand_.holidays.multiplier > 0:
        on = holiday_factors(demand_, days) != 1.0
        told.append(("holiday", "holidays", on, demand_.holidays.multiplier))
    if shops == len(weights):
        for place, (shop, weight) in enumerate(weights[1:], start=1):
            at = np.zeros((len(days), shops), dtype=bool)
            at[:, place] = True
            told.append(("shop", shop, at, weight / weights[0][1]))
    return told


def _independent(columns: list[Floats]) -> list[int]:
    """Places of the columns that those before them do not make up, as in a horizon without a weekday."""
    kept: list[int] = []
    for place in range(len(columns)):
        trial = np.column_stack([columns[i] for i in [*kept, place]])
        if np.linalg.matrix_rank(trial) == len(kept) + 1:
            kept.append(place)
    return kept
