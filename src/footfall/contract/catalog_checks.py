"""Checks of the products: a complete catalogue whose columns follow their laws."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from footfall.contract.check import Check, Outcome, by_law, by_rule, undecided
from footfall.contract.figures import Figures
from footfall.contract.statistics import Floats, kolmogorov, ks_distance
from footfall.contract.subject import Subject

NO_CATALOG = "the products are not those that the scenario promises (see products.ids)"


def no_prices(subject: Subject, figures: Figures) -> str:
    """Why the prices that lines had can't be told; empty where they can."""
    if figures.catalog is None:
        return NO_CATALOG
    if subject.scenario.catalog.price_changes is None:
        return ""
    if not subject.shows("product_price"):
        return "prices change, and no table tells what they were (rows: product_price)"
    dated = subject.shows("order.time") or subject.shows("order.date")
    return "" if dated else "prices change, and the orders' days are not published"


def readable(subject: Subject, figures: Figures) -> Outcome:
    """All columns are there, typed and without nulls."""
    return by_rule(figures, "tables.readable", f"{len(subject.tables)} tables", sum(figures.rows.values()))


def ids(subject: Subject, figures: Figures) -> Outcome:
    """Each SKU once, in order."""
    catalog = subject.scenario.catalog
    seen = figures.table("product").get("id", np.empty(0, np.int64))
    wanted = np.arange(catalog.first_sku, catalog.first_sku + catalog.skus)
    if subject.lacks_products and np.isin(seen, wanted).all():
        wanted = np.unique(seen)  # some are not listed yet; the others stand in order, each once
    n = min(len(seen), len(wanted))
    wrong = np.flatnonzero(seen[:n] != wanted[:n])
    detail = ""
    if len(wrong):
        detail = f"row {wrong[0] + 1} holds SKU {seen[wrong[0]]}, not {wanted[wrong[0]]}"
    elif len(seen) != len(wanted):
        detail = f"{len(seen)} rows; " + (f"SKU {wanted[n]} is missing" if n < len(wanted) else f"{seen[n]}")
    return Outcome(not detail, f"{wanted[0]}..{wanted[-1]}", f"{len(seen)} rows", "none", None, detail)


def rule_over(figures: Figures, wrong: Any, words: Any, target: str) -> Outcome:
    """Judge the products by which of them are wrong; `words` describes one by its place."""
    products = figures.catalog
    assert products is not None
    places = np.flatnonzero(wrong)
    first = f"SKU {products['id'][places[0]]}: {words(places[0])}" if len(places) else ""
    return Outcome(not len(places), target, f"{len(places)} SKUs break it", "none", None, first)


def categories(subject: Subject, figures: Figures) -> Outcome:
    """SKUs a category, by largest remainder."""
    if figures.catalog is None:
        return undecided(NO_CATALOG)
    wanted = subject.scenario.catalog.skus_by_category()
    names, counts = np.unique(figures.catalog["category"].to_pylist(), return_counts=True)
    seen = {str(n): int(c) for n, c in zip(names, counts, strict=True)}
    wrong = [
        f"'{n}' has {seen.get(n, 0)} SKUs" for n in {**wanted, **seen} if seen.get(n, 0) != wanted.get(n, 0)
    ]
    return Outcome(not wrong, str(wanted), str(seen), "none", None, "; ".join(wrong))


def _ks(values: Floats, below: Floats, upto: Floats, target: str) -> Outcome:
    distance = ks_distance(below, upto)
    return by_law(kolmogorov(distance, len(values)), target, f"KS distance {distance:.4f}")


def bounded(figures: Figures, values: Floats, low: ArrayLike, high: ArrayLike, target: str) -> Outcome | None:
    """Fail where values are out of bounds; None where none is."""
    least, most = np.broadcast_to(low, values.shape), np.broadcast_to(high, values.shape)
    wrong = ~((values >= least) & (values <= most))
    if not wrong.any():
        return None
    return rule_over(
        figures, wrong, lambda i: f"{values[i]:g} is outside of {least[i]:g} to {most[i]:g}", target
    )


def cost(subject: Subject, figures: Figures) -> Outcome:
    """Uniform share of the list price; bounds hold to half a cent."""
    if figures.catalog is None:
        return undecided(NO_CATALOG)
    law = subject.scenario.catalog.cost_share
    listed, cents = figures.catalog["price"], figures.catalog["cost"]
    target = f"uniform share {law.min:g}..{law.max:g} of the price"
    wrong = (cents < law.min * listed - 0.51) | (cents > law.max * listed + 0.51) | (listed <= 0)
    if wrong.any():
        return rule_over(figures, wrong, lambda i: f"cost {cents[i]} of price {listed[i]} cents", target)
    x = np.sort(cents / listed)
    cdf = np.clip((x - law.min) / (law.max - law.min), 0, 1)
    return _ks(x, cdf, cdf, target)


def popularity(subject: Subject, figures: Figures) -> Outcome:
    """Power law from 1 up to its bound."""
    if figures.catalog is None:
        return undecided(NO_CATALOG)
    law = subject.scenario.catalog.popularity
    values = figures.catalog["sales_rank"]
    target = f"power law of density exponent {law.density_exponent:g} on 1..{law.max_over_min:g}"
    outside = bounded(figures, values, 1 - 1e-6, law.max_over_min * (1 + 1e-6), target)
    if outside:
        return outside
    x = np.clip(np.sort(values), 1, law.max_over_min)
    a = 1 - law.density_exponent
    cdf = (1 - x**a) / (1 - law.max_over_min**a)
    return _ks(x, cdf, cdf, target)


def _by_category(subject: Subject, figures: Figures) -> list[tuple[str, float, Floats]]:
    assert figures.catalog is not None
    names = np.array(figures.catalog["category"].to_pylist(), dtype=object)
    values = figures.catalog["return_probability"]
    parts = [
        (name, category.return_probability, values[names == name])
        for name, category in subject.scenario.catalog.categories.items()
        if category.return_probability is not None
    ]
    return [part for part in parts if len(part[2])]


def return_mean(subject: Subject, figures: Figures) -> Outcome:
    """Mean return probability a category; the tolerance grows where a category has few SKUs."""
    if figures.catalog is None:
        return undecided(NO_CATALOG)
    worst, details, seen, slacks = True, [], {}, {}
    concentration = subject.scenario.catalog.return_concentration
    assert concentration is not None  # or the column could not be published
    for name, mu, values in _by_category(subject, figures):
        sd = np.sqrt(mu * (1 - mu) / (concentration + 1) / len(values))
        slack = max(0.01, 5 * float(sd)) if len(values) < 100 else 0.01
        seen[name], slacks[name] = round(float(values.mean()), 4), round(slack, 4)
        if not abs(values.mean() - mu) <= slack:
            worst = False
            details.append(f"{name}: mean {values.mean():.4f}, promised {mu:g} ±{slack:.4g}")
    wanted = {n: c.return_probability for n, c in subject.scenario.catalog.categories.items()}
    return Outcome(
        worst, str(wanted), str(seen), f"±{max(slacks.values(), default=0.01):g}", None, "; ".join(details)
    )


def return_law(subject: Subject, figures: Figures) -> Outcome:
    """Beta law a category; the worst category counts, times their number."""
    from footfall.core.special import betainc  # noqa: PLC0415 - SciPy is slow to import

    if figures.catalog is None:
        return undecided(NO_CATALOG)
    concentration = subject.scenario.catalog.return_concentration
    assert concentration is not None  # or the column could not be published
    target = f"Beta with a + b = {concentration:g}"
    outside = bounded(figures, figures.catalog["return_probability"], 0, 1, target)
    if outside:
        return outside
    parts = _by_category(subject, figures)
    if not parts:
        return undecided("no product is of a category of the scenario")
    found = []
    for name, mu, values in parts:
        cdf = betainc(mu * concentration, (1 - mu) * concentration, np.sort(values))
        distance = ks_distance(cdf, cdf)
        found.append((kolmogorov(distance, len(values)), f"KS distance {distance:.4f} in {name}"))
    p_value, observed = min(found)
    return by_law(min(1.0, p_value * len(found)), target, observed)


def names(subject: Subject, figures: Figures) -> Outcome:
    """No name twice."""
    if figures.catalog is None:
        return undecided(NO_CATALOG)
    values = figures.catalog["name"].to_pylist()
    first: dict[str, int] = {}
    wrong = np.array([first.setdefault(name, i) != i or not name for i, name in enumerate(values)])
    return rule_over(
        figures, wrong, lambda i: f"name '{values[i]}' is taken", f"{len(values)} distinct names"
    )


def sub_categories(subject: Subject, figures: Figures) -> Outcome:
    """Each sub-category in its category; all that the scenario names are there (4-8 in `vantage`)."""
    if figures.catalog is None:
        return undecided(NO_CATALOG)
    pairs = list(
        zip(figures.catalog["category"].to_pylist(), figures.catalog["sub_category"].to_pylist(), strict=True)
    )
    known = {(n, s) for n, c in subject.scenario.catalog.categories.items() for s in c.sub_categories}
    out = rule_over(
        figures,
        np.array([pair not in known for pair in pairs]),
        lambda i: f"sub-category '{pairs[i][1]}' is not one of '{pairs[i][0]}'",
        f"{len(known)} sub-categories",
    )
    missing = sorted(known - set(pairs))
    if out.holds and missing and len(pairs) >= 20 * len(known):
        return Outcome(False, out.target, f"{len(set(pairs))}", "none", None, f"{missing[0]} has no product")
    return out


_P = "product."
CHECKS = (
    Check("tables.readable", "rule", "Every column is there, of its type and without nulls.", (), readable),
    Check("products.ids", "rule", "Every SKU once, in order.", ("product.id",), ids),
    Check("products.categories", "rule", "SKUs a category by its share.", (_P + "category",), categories),
    Check(
        "products.cost",
        "law",
        "Cost is a uniform share of the price.",
        (_P + "price", _P + "cost"),
        cost,
        stratified=True,
    ),
    Check(
        "products.popularity",
        "law",
        "sales_rank follows a bounded power law.",
        (_P + "sales_rank",),
        popularity,
        stratified=True,
    ),
    Check(
        "products.return_mean",
        "rule",
        "Mean return probability of each category.",
        (_P + "category", _P + "return_probability"),
        return_mean,
    ),
    Check(
        "products.return_law",
        "law",
        "Return probabilities follow a Beta law a category.",
        (_P + "category", _P + "return_probability"),
        return_law,
        stratified=True,
    ),
    Check("products.names", "rule", "Product names are distinct.", (_P + "name",), names),
    Check(
        "products.sub_categories",
        "rule",
        "A sub-category belongs to one category.",
        (_P + "category", _P + "sub_category"),
        sub_categories,
    ),
)
