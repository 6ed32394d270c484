"""The scenario's multipliers beside those that a regression of the published counts gives back."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.calendar import holiday_factors
from footfall.contract.noise import NoiseLaw
from footfall.contract.subject import Subject
from footfall.report.figures.intervals import Z
from footfall.report.figures.regression import Fit, poisson_regression

Floats = npt.NDArray[np.float64]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_SHOPS = 6
LEAST_ORDERS = 10
"""Orders that an estimated multiplier must have at least (Peduzzi et al. 1996, "events per variable")."""


def multipliers(
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
    terms = np.column_stack([columns[i] for i in kept])
    fit = poisson_regression(counts, terms, offset)
    if fit is None:
        return []
    errors = _errors(subject, fit, terms, offset, cells)
    told = []
    for place, column in enumerate(kept[1:], start=1):
        kind, name, value = names[column]
        estimate, error = float(fit.coefficients[place]), float(errors[place])
        if kind == "growth":
            edges = [growth + estimate + k * error for k in (0.0, -Z, Z)]
        else:
            edges = [math.exp(estimate + k * error) for k in (0.0, -Z, Z)]
        found, low, high = (round(e, 7) for e in edges)
        told.append({"kind": kind, "name": name, "asked": value, "found": found, "low": low, "high": high})
    return told


def _errors(
    subject: Subject, fit: Fit, terms: Floats, offset: Floats, cells: npt.NDArray[np.bool_]
) -> Floats:
    """Standard errors; where days are noisy, the information's inverse about the covariance of the score.

    White 1982, "Maximum likelihood estimation of misspecified models"; the score's covariance is that of the
    noise's law.
    """
    noise = NoiseLaw.of(subject.scenario)
    if noise is None:
        return fit.errors
    days, shops = cells.shape
    weighted = np.zeros((days, shops, terms.shape[1]))
    weighted[cells] = terms * np.exp(offset + terms @ fit.coefficients)[:, None]
    columns = weighted.transpose(1, 0, 2) if noise.per_shop else weighted.sum(1)[None]
    score = np.linalg.inv(fit.covariance) + sum(c.T @ noise.smoothed(c) for c in columns)
    return np.sqrt(np.diag(fit.covariance @ score @ fit.covariance))


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
