"""The products: the long tail of their sales, and prices and costs over the laws they were drawn from."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.report.figures.duckdb import Tables
from footfall.report.figures.intervals import plain, share_interval

_PRICE_BINS, _COST_BINS, _CURVE_POINTS = 24, 10, 200
_TOP = 0.2


def assortment(tables: Tables) -> dict[str, Any]:
    """Figures of the products; empty where none are published."""
    told = {
        "long_tail": _long_tail(tables),
        "prices": _prices(tables),
        "costs": _costs(tables),
        "returns": _returns(tables),
        "reviews": _reviews_by_sales(tables),
    }
    return {name: value for name, value in told.items() if value}


def _long_tail(tables: Tables) -> dict[str, Any]:
    """Cumulative share of the units by SKU, best sellers first; SKUs that never sold come last."""
    if not tables.has("line", "product", "quantity"):
        return {}
    skus = tables.subject.scenario.catalog.skus
    sold = [
        int(n) for (n,) in tables.rows('SELECT sum(quantity) n FROM "line" GROUP BY product ORDER BY n DESC')
    ]
    units = np.array(sold + [0] * max(0, skus - len(sold)), dtype=np.int64)
    total = int(units.sum())
    if not total:
        return {}
    upto = np.cumsum(units) / total
    wanted = tables.subject.scenario.targets.top_sku_share
    top = wanted.top if wanted else _TOP
    best = max(1, int(top * len(units)))
    places = np.unique(np.linspace(0, len(units), min(len(units), _CURVE_POINTS) + 1).round().astype(int))
    return {
        "skus": len(units),
        "units": total,
        "top": top,
        "asked": wanted.value if wanted else None,
        "tolerance": wanted.tolerance if wanted else None,
        "share_of_top": round(float(upto[best - 1]), 6),
        "skus_for_80_percent": int(np.searchsorted(upto, 0.8) + 1),
        "curve": [[int(p), round(float(upto[p - 1]) if p else 0.0, 6)] for p in places],
    }


def _prices(tables: Tables) -> dict[str, Any]:
    """SKUs by price over what the clipped log-normal laws of the categories expect, on a logarithmic axis."""
    if not tables.has("product", "price"):
        return {}
    from scipy.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

    catalog = tables.subject.scenario.catalog
    first = 'SELECT price FROM "product"'
    if tables.has("product_price", "product", "price", "valid_from"):  # the laws are those of first prices
        first = "SELECT arg_min(price, valid_from) FROM product_price GROUP BY product"
    cents = np.array([p for (p,) in tables.rows(first)], dtype=np.float64)
    laws = [(catalog.price_law(name), count) for name, count in catalog.skus_by_category().items()]
    low, high = min(law.min for law, _ in laws), max(law.max for law, _ in laws)
    edges = np.geomspace(low, high, _PRICE_BINS + 1)
    inner = edges[1:-1]
    expected = np.zeros(_PRICE_BINS)
    for law, count in laws:
        upto = np.where(
            inner < law.min, 0.0, np.where(inner >= law.max, 1.0, ndtr((np.log(inner) - law.mu) / law.sigma))
        )
        expected += count * np.diff(np.concatenate([[0.0], upto, [1.0]]))
    prices = np.clip(cents / 100, low, high * (1 - 1e-12))
    counts = np.histogram(prices, bins=np.concatenate([[0.0], inner, [np.inf]]))[0]
    return {
        "median": round(float(np.median(cents)) / 100, 2) if len(cents) else None,
        "least": round(float(cents.min()) / 100, 2) if len(cents) else None,
        "most": round(float(cents.max()) / 100, 2) if len(cents) else None,
        "laws": len({(law.mu, law.sigma, law.min, law.max) for law, _ in laws}),
        "edges": plain(edges, 4),
        "skus": counts.tolist(),
        "expected": plain(expected, 4),
        "off": _off(counts, expected),
    }


def _costs(tables: Tables) -> dict[str, Any]:
    """SKUs by cost as a share of the list price, over the uniform law."""
    if not tables.has("product", "price", "cost"):
        return {}
    law = tables.subject.scenario.catalog.cost_share
    share = np.array(
        [s for (s,) in tables.rows('SELECT cost / price FROM "product" WHERE price > 0')], dtype=np.float64
    )
    if not len(share):
        return {}
    edges = np.linspace(law.min, law.max, _COST_BINS + 1)
    counts = np.histogram(np.clip(share, law.min, law.max), bins=edges)[0]
    return {
        "mean": round(float(share.mean()), 6),
        "least": round(float(share.min()), 6),
        "most": round(float(share.max()), 6),
        "law": [law.min, law.max],
        "edges": plain(edges, 6),
        "skus": counts.tolist(),
        "expected": [round(len(share) / _COST_BINS, 4)] * _COST_BINS,
        "off": _off(counts, np.full(_COST_BINS, len(share) / _COST_BINS)),
    }


def _off(counts: npt.NDArray[np.int64], expected: npt.NDArray[np.float64]) -> float:
    """Largest distance of the cumulative shares of both, at the edges of the bins."""
    seen, law = np.cumsum(counts) / max(counts.sum(), 1), np.cumsum(expected) / max(expected.sum(), 1e-12)
    return round(float(np.abs(seen - law).max()), 6)


def _returns(tables: Tables) -> list[dict[str, Any]]:
    """Returned share of the lines of each category, with what its SKUs' own probabilities promise."""
    if not (tables.has("line", "product", "is_returned") and tables.has("product", "id", "category")):
        return []
    # Returns that are still to come would make the known ones too few.
    settled = tables.subject.as_of is None
    published = tables.has("product", "return_probability") and settled
    promised = "avg(p.return_probability)" if published else "NULL"
    rows = tables.rows(
        f"SELECT p.category, count(*), count(*) FILTER (l.is_returned), {promised} "
        'FROM "line" l JOIN "product" p ON p.id = l.product GROUP BY ALL'
    )
    found = {name: (lines, returned, due) for name, lines, returned, due in rows}
    told = []
    for name, category in tables.subject.scenario.catalog.categories.items():
        if name in found:
            lines, returned, due = found[name]
            low, high = share_interval(returned, lines)
            told.append(
                {
                    "category": name,
                    "lines": lines,
                    "returned": returned,
                    "share": round(returned / lines, 6),
                    "low": round(low, 6),
                    "high": round(high, 6),
                    "by_its_skus": None if due is None else round(due, 6),
                    "asked": category.return_probability if settled else None,
                }
            )
    return told


def _reviews_by_sales(tables: Tables) -> dict[str, Any]:
    """Units sold and reviews of each SKU, with Pearson's correlation."""
    if not (
        tables.has("review", "product")
        and tables.has("line", "product", "quantity")
        and tables.has("product", "id")
    ):
        return {}
    rows = tables.rows(
        'SELECT p.id, coalesce(s.n, 0), coalesce(r.n, 0) FROM "product" p '
        'LEFT JOIN (SELECT product, sum(quantity) n FROM "line" GROUP BY ALL) s ON s.product = p.id '
        'LEFT JOIN (SELECT product, count(*) n FROM "review" GROUP BY ALL) r ON r.product = p.id ORDER BY 1'
    )
    units, reviews = (np.array([row[k] for row in rows], dtype=np.float64) for k in (1, 2))
    if len(rows) < 2 or not units.std() or not reviews.std():
        return {}
    return {
        "correlation": round(float(np.corrcoef(units, reviews)[0, 1]), 6),
        "asked_at_least": tables.subject.scenario.promises.units_reviews_correlation_min,
        "skus": [[int(k), int(u), int(r)] for k, u, r in rows],
    }
