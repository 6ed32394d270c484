"""Checks of marketing and budget, which follow from the revenue that is published."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from footfall.contract.calendar import EPOCH, days_between
from footfall.contract.check import Check, Outcome, by_law, undecided
from footfall.contract.figures import Figures
from footfall.contract.statistics import (
    Floats,
    binomial_scores,
    kolmogorov,
    ks_distance,
    shares_fit,
    two_sided,
)
from footfall.contract.subject import Subject

LEAST_REVENUE = 10_000
"""Cents of revenue below which rounding spend to the cent shows in its share."""


def _grid_outcome(wanted: list[tuple[Any, str]], seen: list[tuple[Any, str]]) -> Outcome:
    target, observed = f"{len(wanted)} rows", f"{len(seen)} rows"
    for want, saw in zip(wanted, seen, strict=False):
        if want != saw:
            said = f"{saw[0]}, {saw[1]} stands where {want[0]}, {want[1]} is due"
            return Outcome(False, target, observed, "none", None, said)
    if len(wanted) != len(seen):
        beyond = (wanted if len(wanted) > len(seen) else seen)[min(len(wanted), len(seen))]
        word = "is missing" if len(wanted) > len(seen) else "is too much"
        return Outcome(False, target, observed, "none", None, f"{beyond[0]}, {beyond[1]} {word}")
    return Outcome(True, target, observed, "none")


def _shop_order(subject: Subject, seen: list[str]) -> list[str]:
    """Scenario's order of shops, or the alphabet's where the table starts so."""
    by_scenario, by_name = list(subject.shops), sorted(subject.shops)
    return by_name if seen[: len(by_name)] == by_name else by_scenario


def marketing_grid(subject: Subject, figures: Figures) -> Outcome:
    """Each day and shop once, in order."""
    table = figures.table("marketing_day")
    dates = [EPOCH + dt.timedelta(int(d)) for d in table.get("date", [])]
    shops = table["shop"].to_pylist() if table else []
    order = _shop_order(subject, shops)
    wanted = [(d, s) for d in days_between(subject.first, subject.last) for s in order]
    return _grid_outcome(wanted, list(zip(dates, shops, strict=True)))


def spend_by_day(subject: Subject, figures: Figures) -> np.ndarray | None:
    """Spend in cents by day and shop of the scenario; None where the grid is broken."""
    if not marketing_grid(subject, figures).holds:
        return None
    table = figures.table("marketing_day")
    shops = list(subject.shops)
    if not table:
        return np.zeros((subject.days, len(shops)), np.int64)
    order = _shop_order(subject, table["shop"].to_pylist())
    grid = table["spend"].reshape(subject.days, len(shops))
    return np.asarray(grid[:, [order.index(s) for s in shops]])


def marketing_spend(subject: Subject, figures: Figures) -> Outcome:
    """Never negative; none where no revenue follows."""
    spend = spend_by_day(subject, figures)
    if spend is None:
        return undecided("the grid of days and shops is broken (see marketing.grid)")
    assert subject.scenario.marketing is not None
    lead = subject.scenario.marketing.lead_days
    revenue = figures.lines.amounts.cells[lead:]
    wrong = spend < 0
    wrong[: len(revenue)] |= (revenue == 0) & (spend[: len(revenue)] != 0)
    detail = ""
    if wrong.any():
        day, shop = (int(x) for x in np.argwhere(wrong)[0])
        where = f"{subject.first + dt.timedelta(day)}, {subject.shops[shop]}"
        detail = f"{where}: spend of {spend[day, shop]} cents"
    return Outcome(
        not detail, "0 or more; 0 before no revenue", f"{int(wrong.sum())} break it", "none", None, detail
    )


def marketing_law(subject: Subject, figures: Figures) -> Outcome:
    """Spend as a share of the revenue that follows is normal."""
    from footfall.core.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

    law, spend = subject.scenario.marketing, spend_by_day(subject, figures)
    if spend is None or law is None:
        return undecided("the grid of days and shops is broken (see marketing.grid)")
    revenue = figures.lines.amounts.cells[law.lead_days :]
    known = revenue >= LEAST_REVENUE
    if known.sum() < 5:
        return undecided("fewer than 5 days and shops whose later revenue is known")
    share: Floats = spend[: len(revenue)][known] / revenue[known]
    target = f"normal({law.revenue_share:g}, {law.revenue_share_sd:g})"
    if law.revenue_share_sd == 0:
        off = float(np.abs(share - law.revenue_share).max())
        return by_law(1.0 if off <= 1 / LEAST_REVENUE else 0.0, target, f"at most {off:.6f} off")
    cdf = ndtr((np.sort(share) - law.revenue_share) / law.revenue_share_sd)
    distance = ks_distance(cdf, cdf)
    observed = f"mean {share.mean():.4f}, sd {share.std():.4f}, KS distance {distance:.4f}"
    return by_law(kolmogorov(distance, len(share)), target, observed)


def _months(subject: Subject) -> list[dt.date]:
    months = sorted({d.replace(day=1) for d in days_between(subject.first, subject.last)})
    return [month for month in months if subject.leads or month >= subject.first]


def budget_grid(subject: Subject, figures: Figures) -> Outcome:
    """Each month of the horizon and shop once, in order."""
    table = figures.table("budget_month")
    months = table["month"].to_pylist() if table else []
    shops = table["shop"].to_pylist() if table else []
    order = _shop_order(subject, shops)
    wanted = [(f"{m:%Y-%m}", s) for m in _months(subject) for s in order]
    return _grid_outcome(wanted, list(zip(months, shops, strict=True)))


def _smoothed(subject: Subject, figures: Figures) -> dict[tuple[str, str], float]:
    """Sum of trailing means, in cents, of each month and shop that the horizon decides."""
    assert subject.scenario.budget is not None
    window = subject.scenario.budget.window_days
    revenue = figures.lines.amounts.cells.astype(np.float64)
    days = days_between(subject.first, subject.last)
    from_start = subject.first == subject.scenario.first_day
    sums = np.vstack([np.zeros((1, revenue.shape[1])), np.cumsum(revenue, axis=0)])
    place = np.arange(len(days))
    width = np.minimum(place + 1, window)
    means = (sums[place + 1] - sums[place + 1 - width]) / width[:, None]
    out: dict[tuple[str, str], float] = {}
    month_of = np.array([f"{d:%Y-%m}" for d in days])
    for month in _months(subject):
        mine = np.flatnonzero(month_of == f"{month:%Y-%m}")
        following = (month + dt.timedelta(31)).replace(day=1)
        whole = len(mine) == (following - month).days
        if whole and (from_start or mine[0] >= window - 1):
            for s, shop in enumerate(subject.shops):
                out[f"{month:%Y-%m}", shop] = float(means[mine, s].sum())
    return out


def _planned(figures: Figures, field: str) -> dict[tuple[str, str], int]:
    table = figures.table("budget_month")
    if not table:
        return {}
    keys = zip(table["month"].to_pylist(), table["shop"].to_pylist(), strict=True)
    return dict(zip(keys, table[field].tolist(), strict=True))


def _near(planned: int, smoothed: float, bias: int) -> bool:
    return abs(planned - smoothed * bias / 100) <= 1.01 + 1e-12 * smoothed


def budget_revenue(subject: Subject, figures: Figures) -> Outcome:
    """Sum of trailing means times a bias, to the cent."""
    assert subject.scenario.budget is not None
    biases = sorted(set(subject.scenario.budget.biases_percent))
    smoothed, planned = _smoothed(subject, figures), _planned(figures, "revenue")
    both = [key for key in smoothed if key in planned]
    if not both:
        return undecided("no month lies, with the days before it, wholly inside the published days")
    wrong = [k for k in both if not any(_near(planned[k], smoothed[k], b) for b in biases)]
    detail = ""
    if wrong:
        month, shop = wrong[0]
        detail = (
            f"{month}, {shop}: plan of {planned[wrong[0]]} cents; the smoothed revenue is "
            f"{smoothed[wrong[0]]:.1f} cents, times one of {biases} %"
        )
    target = f"smoothed revenue times one of {biases} %"
    return Outcome(not wrong, target, f"{len(wrong)} of {len(both)} differ", "1 cent", None, detail)


def budget_biases(subject: Subject, figures: Figures) -> Outcome:
    """All biases are equally likely."""
    assert subject.scenario.budget is not None
    listed = subject.scenario.budget.biases_percent
    biases = sorted(set(listed))
    smoothed, planned = _smoothed(subject, figures), _planned(figures, "revenue")
    counts = np.zeros(len(biases), np.int64)
    for key in smoothed:
        near = [i for i, b in enumerate(biases) if key in planned and _near(planned[key], smoothed[key], b)]
        if len(near) == 1:
            counts[near[0]] += 1
    shares = np.array([listed.count(b) / len(listed) for b in biases])
    seen = str(dict(zip(biases, counts.tolist(), strict=True)))
    if len(biases) < 2 or counts.sum() == 0:
        return undecided("no month's bias can be told")
    if len(biases) == 2:
        score = float(binomial_scores(counts[0], counts.sum(), shares[0]))
        return by_law(two_sided(score), "equally likely", seen)
    fit = shares_fit(counts, shares)
    return by_law(fit[0], "equally likely", seen) if fit else undecided("too few months")


def budget_derived(subject: Subject, figures: Figures) -> Outcome:
    """Orders and margin follow from the planned revenue."""
    value = subject.solved.get("expected_order_value")
    margin = subject.solved.get("expected_gross_margin")
    if not value or margin is None:
        return undecided("planning's expected order value and margin are not known")
    table = figures.table("budget_month")
    if not table:
        return undecided("no month is planned")
    revenue = table["revenue"]
    orders, earned = revenue / (100 * value), revenue * margin
    wrong = np.abs(table["orders"] - orders) > 0.5 + 1e-9 * np.abs(orders) + 1e-6
    wrong |= np.abs(table["margin"] - earned) > 1.0 + 1e-9 * np.abs(earned)
    detail = ""
    if wrong.any():
        i = int(np.argmax(wrong))
        detail = (
            f"{table['month'][i]}, {table['shop'][i]}: {table['orders'][i]} orders and "
            f"{table['margin'][i]} cents of margin; {orders[i]:.1f} and {earned[i]:.0f} are due"
        )
    return Outcome(
        not detail,
        f"revenue / {value:g}, revenue x {margin:g}",
        f"{int(wrong.sum())} of {len(wrong)} differ",
        "half an order, 1 cent",
        None,
        detail,
    )


_REVENUE = ("order.time|order.date", "order.shop", "line.total|line.unit_price", "line.quantity")
_SPEND = ("marketing_day.date", "marketing_day.shop", "marketing_day.spend")
_PLAN = ("budget_month.month", "budget_month.shop")
CHECKS = (
    Check("marketing.grid", "rule", "Every day and shop once, in order.", _SPEND[:2], marketing_grid),
    Check(
        "marketing.spend",
        "rule",
        "No spend without revenue to follow.",
        (*_SPEND, *_REVENUE),
        marketing_spend,
        waits_for="late lines",
    ),
    Check(
        "marketing.law",
        "law",
        "Spend is a normal share of later revenue.",
        (*_SPEND, *_REVENUE),
        marketing_law,
        waits_for="late lines",
    ),
    Check("budget.grid", "rule", "Every month and shop once, in order.", _PLAN, budget_grid),
    Check(
        "budget.revenue",
        "rule",
        "Planned revenue is smoothed revenue times a bias.",
        (*_PLAN, "budget_month.revenue", *_REVENUE),
        budget_revenue,
        waits_for="late lines",
    ),
    Check(
        "budget.biases",
        "law",
        "A budget's bias is drawn evenly.",
        (*_PLAN, "budget_month.revenue", *_REVENUE),
        budget_biases,
        waits_for="late lines",
        discrete=True,
    ),
    Check(
        "budget.derived",
        "rule",
        "Planned orders and margin follow from planned revenue.",
        (*_PLAN, "budget_month.revenue", "budget_month.orders", "budget_month.margin"),
        budget_derived,
    ),
)
