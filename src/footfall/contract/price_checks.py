"""Checks of list prices: their laws, the cents they end with, the order of the categories."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from footfall.contract.catalog_checks import NO_CATALOG, bounded, rule_over
from footfall.contract.check import Check, Outcome, by_law, undecided, verdict
from footfall.contract.figures import Figures
from footfall.contract.statistics import Counts, kolmogorov, ks_distance
from footfall.contract.subject import Subject
from footfall.scenario.assortment import PriceLaw

Bools = npt.NDArray[np.bool_]


def price_laws(subject: Subject, figures: Figures) -> list[tuple[PriceLaw, str, Bools]] | None:
    """Laws of price, whose they are, and for which SKUs each holds; None where that is not published."""
    catalog, products = subject.scenario.catalog, figures.catalog
    assert products is not None
    own = {name: category.price for name, category in catalog.categories.items() if category.price}
    if own and "category" not in products:
        return None
    named = np.array(products["category"].to_pylist() if own else [""] * len(products["id"]), dtype=object)
    out = [(law, name, np.asarray(named == name)) for name, law in own.items()]
    if catalog.price is not None:
        out.append((catalog.price, "the others" if own else "all", ~np.isin(named, list(own))))
    return [part for part in out if part[2].any()]


def first_prices(subject: Subject, figures: Figures) -> Counts | None:
    """Price in cents that each SKU was listed at, in the catalogue's order; None where it isn't published."""
    assert figures.catalog is not None
    if subject.scenario.catalog.price_changes is None:
        return np.asarray(figures.catalog["price"])
    held = figures.versions("product_price") if subject.shows("product_price.price") else None
    if held is None:
        return None
    place = np.searchsorted(held.whose[held.is_first], figures.catalog["id"])
    first = held.columns["price"][held.is_first]
    return np.asarray(first[np.minimum(place, len(first) - 1)])


def price(subject: Subject, figures: Figures) -> Outcome:
    """Log-normal, clipped to its bounds; of several laws the worst counts, times their number.

    Where prices change, those that the SKUs were listed at.

    Prices that end with chosen cents were moved by less than a unit of the currency: so far may they
    lie beyond the bounds, and from where the law has them.
    """
    from footfall.core.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

    if figures.catalog is None:
        return undecided(NO_CATALOG)
    first = first_prices(subject, figures)
    if first is None:
        return undecided("prices change, and no table tells the first ones (rows: product_price)")
    laws = price_laws(subject, figures)
    if not laws:
        return undecided("a category has a price law of its own, and categories are not published")
    values, moved = first / 100, 1.0 if subject.scenario.catalog.price_endings else 0.0
    low, high, found = np.zeros(len(values)), np.full(len(values), np.inf), []
    for law, name, mine in laws:
        # Bounds that are no whole cents are rounded like the prices that are moved to them.
        least, most = round(law.min * 100) / 100, round(law.max * 100) / 100
        low[mine], high[mine] = least - moved, most + moved
        x = np.sort(values[mine])
        below, upto = (
            ndtr((np.log(np.maximum(x + shift, 1e-9)) - law.mu) / law.sigma) for shift in (-moved, moved)
        )
        distance = ks_distance(np.where(x - moved <= least, 0, below), np.where(x + moved >= most, 1, upto))
        whose = f" over {name}" if len(laws) > 1 else ""
        found.append((kolmogorov(distance, len(x)), f"KS distance {distance:.4f}{whose}"))
    target = "; ".join(
        f"{w}: log-normal({p.mu:g}, {p.sigma:g}) held to {p.min:g}..{p.max:g}" for p, w, _ in laws
    )
    outside = bounded(figures, values, low, high, target)
    if outside:
        return outside
    p_value, observed = min(found)
    return by_law(min(1.0, p_value * len(found)), target, observed)


def price_endings(subject: Subject, figures: Figures) -> Outcome:
    """Cents that prices end with."""
    endings = subject.scenario.catalog.price_endings
    if figures.catalog is None or not endings:
        return undecided(NO_CATALOG if endings else "prices may end with any cents")
    price = figures.catalog["price"]
    wrong = ~np.isin(price % 100, endings)
    target = f"cents of {', '.join(f'{e:02}' for e in endings)}"
    return rule_over(figures, wrong, lambda i: f"price of {price[i]} cents", target)


def price_order(subject: Subject, figures: Figures) -> Outcome:
    """Median prices of categories stand in the order of their laws, where those are far apart.

    A median of n independent prices has the standard error 1.2533 sigma / sqrt(n) on the scale of
    logarithms; laws are far apart where their medians differ by more than three of the difference's.
    Prices are drawn by strata (see products.price), so that their medians hardly move at all.
    """
    if figures.catalog is None:
        return undecided(NO_CATALOG)
    laws, first = price_laws(subject, figures) or [], first_prices(subject, figures)
    if first is None:
        return undecided("prices change, and no table tells the first ones (rows: product_price)")
    seen = {name: float(np.median(first[mine])) / 100 for _, name, mine in laws}
    pairs = [
        (dear, cheap)
        for dear_law, dear, many in laws
        for cheap_law, cheap, others in laws
        if dear_law.mu - cheap_law.mu
        > 3 * 1.2533 * math.hypot(dear_law.sigma / many.sum() ** 0.5, cheap_law.sigma / others.sum() ** 0.5)
    ]
    if not pairs:
        return undecided("no categories whose price laws are far apart")
    wrong = [f"{dear} at {seen[dear]:g}, {cheap} at {seen[cheap]:g}" for dear, cheap in pairs]
    broken = [w for w, (dear, cheap) in zip(wrong, pairs, strict=True) if not seen[dear] > seen[cheap]]
    return verdict("; ".join(broken), "; ".join(f"{d} above {c}" for d, c in pairs), str(seen))


CHECKS = (
    Check(
        "products.price",
        "law",
        "List prices are log-normal, clipped.",
        ("product.price",),
        price,
        stratified=True,
    ),
    Check("products.price_endings", "rule", "Prices end as promised.", ("product.price",), price_endings),
    Check(
        "products.price_order",
        "rule",
        "Dear categories are dearer than cheap ones.",
        ("product.price", "product.category"),
        price_order,
    ),
)
