"""Who buys and what is in a basket: Lorenz curve, orders a customer, sizes, affinity, discounts."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.calendar import days_between, event_discounts
from footfall.contract.promotions import Promises
from footfall.report.figures.duckdb import Tables
from footfall.report.figures.intervals import Z, share_interval

_CURVE_POINTS = 200
_MOST_ORDERS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 19, 29)
"""Last number of orders in each group of customers; one more group has all above."""


def customers(tables: Tables) -> dict[str, Any]:
    """How orders and revenue spread over customers; those of the pool without an order count too."""
    if not tables.has("order", "customer"):
        return {}
    pool = tables.subject.scenario.customers.pool
    lasts = [str(n) for n in _MOST_ORDERS]
    groups = dict(
        tables.rows(
            f"SELECT list_sum([(n > m)::INT FOR m IN [{', '.join(lasts)}]]), count(*) "
            'FROM (SELECT count(*) n FROM "order" GROUP BY customer) GROUP BY ALL'
        )
    )
    buyers = sum(groups.values())
    groups[0] = max(0, pool - buyers)
    firsts = [0, *(n + 1 for n in _MOST_ORDERS)]
    told: dict[str, Any] = {
        "pool": pool,
        "buyers": buyers,
        "orders": [
            {"from": a, "to": b, "customers": int(groups.get(k, 0))}
            for k, (a, b) in enumerate(itertools.zip_longest(firsts, _MOST_ORDERS))
        ],
    }
    if tables.has("order", "revenue"):
        told["lorenz"] = _lorenz(tables, pool, buyers)
    return told


def _lorenz(tables: Tables, pool: int, buyers: int) -> dict[str, Any]:
    """Cumulative share of the revenue at some places, best customers first, those who never bought last."""
    people = max(pool, buyers)
    wanted = tables.subject.scenario.targets.top_customer_share
    top = wanted.top if wanted else 0.2
    best = max(1, round(top * people))
    places = set(np.linspace(0, buyers, min(buyers, _CURVE_POINTS) + 1).round().astype(int).tolist()) | {
        min(best, buyers)
    }
    listed = ", ".join(str(p) for p in sorted(places | {1}))
    rows = tables.rows(
        'WITH each AS (SELECT sum(revenue) r FROM "order" GROUP BY customer), '
        "ranked AS (SELECT r, row_number() OVER (ORDER BY r DESC) n, "
        "sum(r) OVER (ORDER BY r DESC ROWS UNBOUNDED PRECEDING) upto FROM each) "
        f"SELECT n, upto::DOUBLE FROM ranked WHERE n IN ({listed}) ORDER BY n"
    )
    (total,) = tables.row('SELECT sum(revenue)::DOUBLE FROM "order"')
    if not total:
        return {}
    upto = {0: 0.0, **{n: value / total for n, value in rows}}
    curve = [[p, round(upto[p], 6)] for p in sorted(upto)] + ([[people, 1.0]] if people > buyers else [])
    x, y = (np.array([point[k] for point in curve], dtype=np.float64) for k in (0, 1))
    area = float(np.sum(np.diff(x / people) * (y[1:] + y[:-1]) / 2))
    return {
        "customers": people,
        "top": top,
        "best": best,
        "share_of_best": round(upto[min(best, buyers)], 6),
        "share_of_first": round(upto[1], 6),
        "asked": wanted.value if wanted else None,
        "tolerance": wanted.tolerance if wanted else None,
        "gini": round(2 * area - 1, 4),
        "curve": curve,
    }


def baskets(tables: Tables) -> dict[str, Any]:
    """What is in a basket: lines, categories that go together, discounts."""
    told = {"sizes": _sizes(tables), "affinity": _affinity(tables), "discounts": _discounts(tables)}
    return {name: value for name, value in told.items() if value}


def _sizes(tables: Tables) -> list[dict[str, Any]]:
    if not tables.has("line", "order"):
        return []
    found = dict(
        tables.rows('SELECT k, count(*) FROM (SELECT count(*) k FROM "line" GROUP BY "order") GROUP BY ALL')
    )
    orders, asked = sum(found.values()), tables.subject.scenario.basket.size
    told = []
    for size in sorted(found.keys() | asked.keys()):
        low, high = share_interval(found.get(size, 0), orders)
        told.append(
            {
                "lines": size,
                "orders": found.get(size, 0),
                "share": round(found.get(size, 0) / max(orders, 1), 6),
                "low": round(low, 6),
                "high": round(high, 6),
                "asked": asked.get(size, 0.0),
            }
        )
    return told


def _affinity(tables: Tables) -> dict[str, Any]:
    """How often a later line is of a category, given the first line's, over how often it is at all."""
    place = next((f for f in ("number", "id") if tables.has("line", f)), None)
    if place is None or not (
        tables.has("line", "order", "product") and tables.has("product", "id", "category")
    ):
        return {}
    rows = tables.rows(
        f'WITH placed AS (SELECT l."order" o, p.category c, l.{place} n FROM "line" l JOIN "product" p '
        "ON p.id = l.product), "
        "firsts AS (SELECT o, min(n) n, arg_min(c, n) c FROM placed GROUP BY o HAVING count(*) > 1) "
        "SELECT f.c, l.c, count(*) FROM firsts f JOIN placed l ON l.o = f.o AND l.n > f.n GROUP BY ALL"
    )
    names = list(tables.subject.scenario.catalog.categories)
    pairs = np.zeros((len(names), len(names)))
    for first, later, count in rows:
        if first in names and later in names:
            pairs[names.index(first), names.index(later)] = count
    total = pairs.sum()
    if not total:
        return {}
    independent = np.outer(pairs.sum(1), pairs.sum(0)) / total
    bent = {names.index(a.first) for a in tables.subject.scenario.basket.affinity}
    usual = [row for row in range(len(names)) if row not in bent]
    ratio = np.divide(pairs, independent, out=np.ones_like(pairs), where=independent > 0)
    error = 1 / np.sqrt(np.maximum(pairs, 1))
    return {
        "categories": names,
        "pairs": pairs.astype(int).tolist(),
        "ratio": [[round(float(v), 4) for v in row] for row in ratio],
        "margin": [[round(float(v), 4) for v in row] for row in Z * ratio * error],
        "asked": [
            {"first": a.first, "then": a.then, "odds_factor": a.odds_factor}
            for a in tables.subject.scenario.basket.affinity
        ],
        "odds": [
            {
                "first": a.first,
                "then": a.then,
                **_odds_ratio(pairs, names.index(a.first), names.index(a.then), usual),
            }
            for a in tables.subject.scenario.basket.affinity
        ],
    }


def _odds_ratio(
    pairs: npt.NDArray[np.float64], row: int, column: int, usual: list[int]
) -> dict[str, float | None]:
    """Odds of a later line's category after the row's over those after others; Woolf's interval.

    Others are those that no affinity bends, as it would bend the odds of all categories; all, where each is.
    """
    inside = pairs[row]
    outside = pairs[usual].sum(0) if usual else pairs.sum(0) - inside
    cells = [inside[column], inside.sum() - inside[column], outside[column], outside.sum() - outside[column]]
    if not all(cells):
        return {"odds_ratio": None, "low": None, "high": None}
    ratio = cells[0] * cells[3] / (cells[1] * cells[2])
    reach = np.exp(Z * np.sqrt(sum(1 / c for c in cells)))
    return {
        name: round(float(v), 4)
        for name, v in (("odds_ratio", ratio), ("low", ratio / reach), ("high", ratio * reach))
    }


def _discounts(tables: Tables) -> list[dict[str, Any]]:
    """Share of the lines at each discount: everyday, and where an event or a promotion has one of its own."""
    if not (tables.has("line", "discount", "order") and tables.has("order", "id", "day")):
        return []
    subject = tables.subject
    names, deals = list(subject.scenario.catalog.categories), event_discounts(subject)
    own, promoted = np.tile(deals[:, None], len(names)), Promises.of(subject)
    by_category = tables.has("line", "product") and tables.has("product", "id", "category")
    if promoted is not None:
        if not by_category:
            return []  # which of the lines are promoted does not show
        own = np.maximum(own, promoted.discount[promoted.kind])
    days = days_between(subject.first, subject.last)
    kinds, kind = np.unique(own, axis=0, return_inverse=True)
    found: dict[int, Counter[int]] = {percent: Counter() for percent in np.unique(own).tolist()}
    for number, percents in enumerate(kinds.tolist()):
        # Runs of days, not single ones: an event is a range or two in any year.
        inside = ", ".join(f"'{d}'" for d, k in zip(days, kind.ravel().tolist(), strict=True) if k == number)
        category, join = ("p.category", 'JOIN "product" p ON p.id = l.product') if promoted else ("NULL", "")
        for name, percent, lines in tables.rows(
            f'SELECT {category}, l.discount, count(*) FROM "line" l {join} '
            f'JOIN "order" o ON o.id = l."order" WHERE o.day IN ({inside}) GROUP BY ALL'
        ):
            found[percents[names.index(name) if name in names else 0]][percent] += lines
    return [
        _discounted(percent, lines, int((own == percent).any(axis=1).sum()), subject.scenario.discount.shares)
        for percent, lines in found.items()
        if lines
    ]


def _discounted(
    own: int, found: Mapping[int, int], days: int, everyday: Mapping[int, float]
) -> dict[str, Any]:
    lines, asked = sum(found.values()), {own: 1.0} if own else everyday
    return {
        "own_discount_percent": own,
        "days": days,
        "lines": lines,
        "shares": [
            {
                "percent": p,
                "lines": found.get(p, 0),
                "share": round(found.get(p, 0) / lines, 6),
                "asked": asked.get(p, 0.0),
            }
            for p in sorted(found.keys() | asked.keys())
        ],
    }
