"""Checks of rates of exchange, and of amounts in the shops' currencies."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from footfall.contract.calendar import EPOCH, days_between
from footfall.contract.check import Check, Outcome, by_law, by_rule, undecided, verdict
from footfall.contract.figures import Figures
from footfall.contract.order_charges import rates_of
from footfall.contract.statistics import Floats, kolmogorov, ks_distance
from footfall.contract.subject import Subject
from footfall.core.money import MILLION

NO_RATES = "the scenario has no exchange rates"
BROKEN = "the grid of days and currencies is broken (see exchange.grid)"
FEWEST_DAYS = 5


def grid(subject: Subject, figures: Figures) -> Outcome:
    """Each day and currency once, in order."""
    if subject.scenario.exchange_rates is None:
        return undecided(NO_RATES)
    table = figures.table("exchange_rate")
    wanted = [(d, c) for d in days_between(subject.first, subject.last) for c in subject.scenario.currencies]
    dates = [EPOCH + dt.timedelta(int(day)) for day in table.get("date", [])]
    seen = list(zip(dates, table["currency"].to_pylist() if table else [], strict=True))
    wrong = ""
    if seen != wanted:
        differing = (k for k, pair in enumerate(zip(seen, wanted, strict=False)) if pair[0] != pair[1])
        at = next(differing, min(len(seen), len(wanted)))
        wrong = f"row {at + 1}: {_row(seen, at)} stands where {_row(wanted, at)} is due"
    return verdict(wrong, f"{len(wanted)} rows", f"{len(seen)} rows")


def _row(rows: list[tuple[dt.date, str]], at: int) -> str:
    return ", ".join(map(str, rows[at])) if at < len(rows) else "nothing"


def own(subject: Subject, figures: Figures) -> Outcome:
    """The scenario's currency is at 1, all others above 0."""
    rates = rates_of(subject, figures.table("exchange_rate"))
    if rates is None:
        return undecided(BROKEN)
    wrong = np.concatenate([np.flatnonzero(rates[:, 0] != MILLION), np.flatnonzero((rates <= 0).any(1))])
    words = (
        f"{subject.first + dt.timedelta(int(wrong[0]))}: {rates[wrong[0]] / MILLION}" if len(wrong) else ""
    )
    return verdict(words, f"{subject.scenario.currency} at 1, others above 0", f"{len(wrong)} days differ")


def law(subject: Subject, figures: Figures) -> Outcome:
    """Steps of log(rate / level) are normal; of several currencies the worst counts, times their number."""
    from footfall.core.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

    rates, laws = rates_of(subject, figures.table("exchange_rate")), subject.scenario.exchange_rates
    if rates is None or laws is None:
        return undecided(BROKEN)
    if len(rates) <= FEWEST_DAYS:
        return undecided(f"fewer than {FEWEST_DAYS} steps from day to day")
    found = []
    for column, (code, one) in enumerate(laws.items(), start=1):
        apart: Floats = np.log(np.maximum(rates[:, column], 1) / 1e6 / one.level)
        keep = 2.0 ** (-1 / one.half_life_days)
        steps = np.sort((apart[1:] - keep * apart[:-1]) / (one.daily_sd_percent / 100))
        # A rate is rounded to millionths: a step may lie so far to either side.
        blur = 5e-7 * (1 + keep) / (np.exp(apart.min()) * one.level * one.daily_sd_percent / 100)
        distance = ks_distance(ndtr(steps - blur), ndtr(steps + blur))
        told = f"{code}: mean {steps.mean():.3f}, sd {steps.std():.3f}, KS distance {distance:.4f}"
        found.append((kolmogorov(distance, len(steps)), told))
    p_value, observed = min(found)
    return by_law(min(1.0, p_value * len(found)), "steps over their sd are normal(0, 1)", observed)


def currency(subject: Subject, figures: Figures) -> Outcome:
    """An order is in its shop's currency."""
    if subject.scenario.shops is None:
        return undecided(NO_RATES)
    return by_rule(figures, "orders.currency", "the shop's currency", figures.rows["order"])


def total_local(subject: Subject, figures: Figures) -> Outcome:
    """Local total of an order."""
    if rates_of(subject, figures.table("exchange_rate")) is None:
        return undecided(BROKEN)
    target = "the total at the published rate of the day, rounded half up to the cent"
    return by_rule(figures, "orders.total_local", target, figures.rows["order"])


def unit_price_local(subject: Subject, figures: Figures) -> Outcome:
    """Local price of a line."""
    if rates_of(subject, figures.table("exchange_rate")) is None:
        return undecided(BROKEN)
    target = "the price at the published rate of the day, rounded half up to the cent"
    return by_rule(figures, "lines.unit_price_local", target, figures.lines.rows)


_RATES = ("exchange_rate.date", "exchange_rate.currency", "exchange_rate.rate")
_ORDER = ("order.shop", "order.time|order.date")
_CHECKS = (
    Check("exchange.grid", "rule", "Every day and currency once, in order.", _RATES[:2], grid),
    Check("exchange.own", "rule", "The scenario's own currency is at 1.", _RATES, own),
    Check("exchange.law", "law", "Rates wander about their levels and come back.", _RATES, law),
    Check(
        "orders.currency",
        "rule",
        "An order is in its shop's currency.",
        ("order.currency", *_ORDER),
        currency,
    ),
    Check(
        "orders.total_local",
        "rule",
        "A local total is the total at the day's rate.",
        ("order.total_local", "order.total", *_ORDER, *_RATES),
        total_local,
    ),
    Check(
        "lines.unit_price_local",
        "rule",
        "A local price is the price paid at the day's rate.",
        ("line.unit_price_local", "line.unit_price", "line.order", *_ORDER, *_RATES),
        unit_price_local,
    ),
)
CHECKS = tuple(replace(check, is_quiet=True) for check in _CHECKS)
