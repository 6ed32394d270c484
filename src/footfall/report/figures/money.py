"""Revenue and what is planned and spent for it: marketing that leads, a budget, months, dear categories."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from footfall.contract.calendar import days_between
from footfall.report.figures.duckdb import Tables
from footfall.report.figures.intervals import plain

_LAGS = range(-7, 11)
_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


def money(tables: Tables) -> dict[str, Any]:
    """Figures of revenue, spend and budget; empty where no revenue is published."""
    if not tables.has("order", "day", "revenue"):
        return {}
    told = {
        "months": _months(tables),
        "marketing": _marketing(tables),
        "budget": _budget(tables),
        "order_value": _order_value(tables),
    }
    return {name: value for name, value in told.items() if value}


def _months(tables: Tables) -> dict[str, Any]:
    """Revenue a month and whether a promise of the season names it."""
    found = dict(
        tables.rows(
            "SELECT strftime(day, '%Y-%m'), sum(revenue)::BIGINT FROM \"order\" GROUP BY ALL ORDER BY 1"
        )
    )
    promises = tables.subject.scenario.promises.season
    names = sorted({f"{d:%Y-%m}" for d in days_between(tables.subject.first, tables.subject.last)})
    told: dict[str, Any] = {
        "months": [{"month": m, "revenue": found.get(m, 0) / 100} for m in names],
        "season": sorted({month for p in promises for month in p.months}),
        "promises": [],
    }
    for promise in promises:
        for year in sorted({m[:4] for m in names}):
            means = [
                [found.get(f"{year}-{m:02d}", 0) for m in months if f"{year}-{m:02d}" in names]
                for months in (promise.months, promise.over)
            ]
            if all(means) and sum(means[1]):
                ratio = float(np.mean(means[0]) / np.mean(means[1]))
                told["promises"].append(
                    {
                        "year": int(year),
                        "months": promise.months,
                        "over": promise.over,
                        "times": round(ratio, 4),
                        "asked_at_least": promise.times_min,
                    }
                )
    return told


def _marketing(tables: Tables) -> dict[str, Any]:
    """Correlation of daily spend with the revenue of earlier and later days, all shops together."""
    law = tables.subject.scenario.marketing
    if law is None or not tables.has("marketing_day", "date", "spend"):
        return {}
    subject = tables.subject
    series = []
    for query in (
        'SELECT date, sum(spend)::BIGINT FROM "marketing_day" GROUP BY ALL',
        'SELECT day, sum(revenue)::BIGINT FROM "order" GROUP BY ALL',
    ):
        found = dict(tables.rows(query))
        series.append(
            np.array([found.get(d, 0) for d in days_between(subject.first, subject.last)], dtype=np.float64)
        )
    spend, revenue = series
    days = len(spend)
    lags = []
    for lag in _LAGS:
        a = spend[max(0, -lag) : days - max(0, lag)]
        b = revenue[max(0, lag) : days - max(0, -lag)]
        if len(a) > 10 and a.std() and b.std():
            lags.append({"days": lag, "correlation": round(float(np.corrcoef(a, b)[0, 1]), 6)})
    if not lags or not revenue.sum():
        return {}
    peak = max(lags, key=lambda one: one["correlation"])
    return {
        "lags": lags,
        "peak_days": peak["days"],
        "peak_correlation": peak["correlation"],
        "asked_lead_days": law.lead_days,
        "share_of_revenue": round(float(spend.sum() / revenue.sum()), 6),
        "asked_share": law.revenue_share,
    }


def _budget(tables: Tables) -> dict[str, Any]:
    """Planned revenue and what came in, by month and shop; months that the days cover in whole."""
    if not (tables.has("budget_month", "month", "shop", "revenue") and tables.has("order", "shop")):
        return {}
    subject = tables.subject
    actual = {
        (month, shop): revenue
        for month, shop, revenue in tables.rows(
            "SELECT strftime(day, '%Y-%m'), shop, sum(revenue)::BIGINT FROM \"order\" GROUP BY ALL"
        )
    }
    covered = {f"{d:%Y-%m}": 0 for d in days_between(subject.first, subject.last)}
    for d in days_between(subject.first, subject.last):
        covered[f"{d:%Y-%m}"] += 1
    rows = []
    for month, shop, planned in tables.rows('SELECT month, shop, revenue FROM "budget_month" ORDER BY month'):
        if month in covered and covered[month] == _days_in(month) and shop in subject.shops:
            rows.append(
                {
                    "month": month,
                    "shop": shop,
                    "planned": planned / 100,
                    "actual": actual.get((month, shop), 0) / 100,
                }
            )
    rows.sort(key=lambda r: (r["month"], subject.shops.index(r["shop"])))
    off = [r["actual"] / r["planned"] - 1 for r in rows if r["planned"]]
    if not off:
        return {}
    return {"months": rows, "mean_absolute_percent_off": round(100 * float(np.mean(np.abs(off))), 4)}


def _days_in(month: str) -> int:
    first = dt.date(int(month[:4]), int(month[5:]), 1)
    return ((first + dt.timedelta(31)).replace(day=1) - first).days


def _order_value(tables: Tables) -> list[dict[str, Any]]:
    """Values of orders with an item of a dear category and of the others, where more is promised."""
    promises = tables.subject.scenario.promises.category_order_value_times_min
    if not promises or not (
        tables.has("line", "order", "product")
        and tables.has("product", "id", "category")
        and tables.has("order", "id")
    ):
        return []
    told = []
    for name, bound in promises.items():
        quantiles = ", ".join(str(q) for q in _QUANTILES)
        rows = tables.rows(
            'SELECT (x."order" IS NOT NULL) AS has_it, count(*), avg(o.revenue), stddev_samp(o.revenue), '
            f'quantile_cont(o.revenue, [{quantiles}]) FROM "order" o LEFT JOIN (SELECT DISTINCT l."order" '
            'FROM "line" l JOIN "product" p ON p.id = l.product '
            f"WHERE p.category = '{name.replace(chr(39), chr(39) * 2)}') x ON x.\"order\" = o.id GROUP "
            "BY ALL ORDER BY 1"
        )
        if len(rows) < 2:
            continue
        groups = [
            {
                "with": bool(has),
                "orders": n,
                "mean": round(mean / 100, 4),
                "error": round((sd or 0.0) / n**0.5 / 100, 4),
                "quantiles": plain(np.array(values) / 100, 2),
            }
            for has, n, mean, sd, values in rows
        ]
        told.append(
            {
                "category": name,
                "asked_at_least": bound,
                "levels": list(_QUANTILES),
                "groups": groups,
                "times": round(groups[1]["mean"] / groups[0]["mean"], 4),
            }
        )
    return told
