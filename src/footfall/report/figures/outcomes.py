"""What becomes of orders and what is said of them: statuses by age, ratings by price."""

from __future__ import annotations

from typing import Any

import numpy as np

from footfall.report.figures.duckdb import Tables
from footfall.report.figures.intervals import Z

_AGES = (15, 30, 45, 60, 75, 90, 105, 120)
"""Days before the end of the horizon at which a group of ages ends; one more has all older."""
_PRICE_GROUPS = 10


def outcomes(tables: Tables) -> dict[str, Any]:
    """Figures of statuses and ratings; empty where neither is published."""
    told = {"statuses": _statuses(tables), "ratings": _ratings(tables)}
    return {name: value for name, value in told.items() if value}


def _statuses(tables: Tables) -> dict[str, Any]:
    law = tables.subject.scenario.fulfilment
    if law is None or not tables.has("order", "status", "day"):
        return {}
    last = tables.subject.last
    ages = ", ".join(str(a) for a in _AGES)
    rows = tables.rows(
        f"SELECT list_sum([((DATE '{last}' - day) >= a)::INT FOR a IN [{ages}]]) g, status, count(*) "
        'FROM "order" GROUP BY ALL'
    )
    if not rows:
        return {}
    names = list(law.shares)
    firsts, groups = [0, *_AGES], []
    for g, first in enumerate(firsts):
        counts = [sum(n for at, status, n in rows if at == g and status == name) for name in names]
        if sum(counts):
            groups.append(
                {"from_days": first, "to_days": _AGES[g] - 1 if g < len(_AGES) else None, "orders": counts}
            )
    total = sum(n for _, _, n in rows)
    overall = [sum(n for _, status, n in rows if status == name) for name in names]
    return {
        "statuses": names,
        # What is asked for is the mix of the final state.
        "asked": None if tables.subject.as_of or law.varies else [law.shares[name] for name in names],
        "shares": [round(n / total, 6) for n in overall],
        "in_progress": law.in_progress.status if law.in_progress else None,
        "ages": groups,
    }


def _ratings(tables: Tables) -> dict[str, Any]:
    """Stars by the price of what is reviewed, in groups of as many SKUs, and how both rank together."""
    if not (tables.has("review", "product", "rating") and tables.has("product", "id", "price")):
        return {}
    rows = tables.rows(
        f"WITH priced AS (SELECT id, price, ntile({_PRICE_GROUPS}) OVER (ORDER BY price, id) g FROM "
        '"product") '
        "SELECT g, min(p.price), max(p.price), count(*), avg(r.rating), coalesce(stddev_samp(r.rating), 0) "
        'FROM "review" r JOIN priced p ON p.id = r.product GROUP BY g ORDER BY g'
    )
    if not rows:
        return {}
    (correlation,) = tables.row(
        'WITH joined AS (SELECT p.price, r.rating FROM "review" r JOIN "product" p ON p.id = r.product), '
        "a AS (SELECT price, rating, rank() OVER (ORDER BY price) + (count(*) OVER (PARTITION BY price) "
        "- 1) / 2 x, "
        "rank() OVER (ORDER BY rating) + (count(*) OVER (PARTITION BY rating) - 1) / 2 y FROM joined) "
        "SELECT corr(x, y) FROM a"
    )
    stars = dict(tables.rows('SELECT rating, count(*) FROM "review" GROUP BY ALL'))
    reviews = sum(stars.values())
    asked = tables.subject.scenario.reviews
    promise = tables.subject.scenario.promises.price_rating
    known = correlation is not None and bool(np.isfinite(correlation))
    return {
        "rank_correlation": round(float(correlation), 6) if known else None,
        "asked": [promise.correlation_min, promise.correlation_max] if promise else None,
        "groups": [
            {
                "least_price": low / 100,
                "most_price": high / 100,
                "reviews": n,
                "stars": round(mean, 4),
                "margin": round(Z * sd / n**0.5, 4),
            }
            for _, low, high, n, mean, sd in rows
        ],
        "stars": [
            {
                "stars": s,
                "reviews": stars.get(s, 0),
                "share": round(stars.get(s, 0) / reviews, 6),
                "asked": asked.ratings.shares.get(s, 0.0) if asked else None,
            }
            for s in sorted(stars.keys() | (set(asked.ratings.shares) if asked else set()))
        ],
    }
