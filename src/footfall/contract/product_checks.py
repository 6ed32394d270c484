"""Checks of what scenarios may say of products beyond the laws: listing, stock, suppliers."""

from __future__ import annotations

import numpy as np

from footfall.contract.calendar import EPOCH
from footfall.contract.catalog_checks import NO_CATALOG, rule_over
from footfall.contract.check import Check, Outcome, at_least, by_law, by_rule, undecided, verdict
from footfall.contract.figures import Figures
from footfall.contract.order_figures import on
from footfall.contract.statistics import binomial_scores, kolmogorov, ks_distance, two_sided
from footfall.contract.subject import Subject
from footfall.core.vocabulary import STILL_VALID

NOT_SAID = "the scenario does not say"


def created(subject: Subject, figures: Figures) -> Outcome:
    """Listed in the promised days, and not sold before."""
    law = subject.scenario.catalog.listed
    if figures.catalog is None or law is None:
        return undecided(NO_CATALOG if law else NOT_SAID)
    first, last = ((day - EPOCH).days for day in (law.from_, subject.scenario.last_day))
    days = figures.catalog["created"].astype(np.int64)
    target = f"from {law.from_} to {subject.scenario.last_day}, never after a sale"
    wrong = (days < first) | (days > last)
    if wrong.any():
        return rule_over(figures, wrong, lambda i: f"created on {on(days[i])}", target)
    return by_rule(figures, "products.created", target, figures.lines.rows)


def delisted(subject: Subject, figures: Figures) -> Outcome:
    """As many of each category as promised stop to sell within the horizon; none sells afterwards."""
    law, catalog = subject.scenario.catalog.delisted, figures.catalog
    if catalog is None or law is None:
        return undecided(NO_CATALOG if law else NOT_SAID)
    first, last = ((d - EPOCH).days for d in (subject.scenario.first_day, subject.scenario.last_day))
    days = catalog["delisted"].astype(np.int64)
    goes, target = days != STILL_VALID, f"{law.share:g} of each category, never before a sale"
    wrong = goes & ((days < first) | (days > last))
    if "created" in catalog:
        wrong |= goes & (days < catalog["created"])
    if wrong.any():
        return rule_over(figures, wrong, lambda i: f"delisted on {on(days[i])}", target)
    category, names = figures.lines.category_of, figures.lines.categories
    if subject.as_of is None and len(category) and (category >= 0).all():
        counts, gone = (np.bincount(c, minlength=len(names)).tolist() for c in (category, category[goes]))
        for name, count, seen in zip(names, counts, gone, strict=True):
            if seen != round(law.share * count):
                said = f"{seen} of {count} SKUs of {name} are delisted, {law.share * count:.0f} are due"
                return verdict(said, target, said)
    return by_rule(figures, "products.delisted", target, figures.lines.rows)


def new_skus(subject: Subject, figures: Figures) -> Outcome:
    """Share of the SKUs that were listed after the first day."""
    bound = subject.scenario.promises.new_sku_share_min
    if figures.catalog is None or bound is None:
        return undecided(NO_CATALOG if bound is not None else NOT_SAID)
    first = (subject.scenario.first_day - EPOCH).days
    share = float((figures.catalog["created"] > first).mean())
    return at_least(share, bound, 0.0, "share of SKUs listed after the first day")


def stock(subject: Subject, figures: Figures) -> Outcome:
    """Never negative, and varied: no amount but 0 stands with more SKUs than the law can explain.

    A count of mean m is below m + 5 sqrt(m) + 5 with all but certainty, for every m.
    """
    from footfall.core.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

    law = subject.scenario.catalog.stock
    if figures.catalog is None or law is None:
        return undecided(NO_CATALOG if law else NOT_SAID)
    units = figures.catalog["stock"]
    edges = ndtr(np.log((np.arange(1, int(law.median) + 3) - 0.5) / law.median) / law.sigma)
    likeliest = (1 - law.sold_out_share) * float(np.diff(edges).max()) * len(units)
    limit = likeliest + 5 * likeliest**0.5 + 5
    target = f"0 or more, no amount with more than {limit:.0f} SKUs"
    if (units < 0).any():
        return rule_over(figures, units < 0, lambda i: f"{units[i]} units in stock", target)
    amounts, counts = np.unique(units[units > 0], return_counts=True)
    most, at = int(counts.max(initial=0)), int(np.argmax(counts)) if len(counts) else 0
    wrong = f"{most} SKUs have {amounts[at]} units" if most > limit else ""
    return verdict(wrong, target, f"{len(amounts)} amounts over {len(units)} SKUs")


def stock_law(subject: Subject, figures: Figures) -> Outcome:
    """Log-normal to the unit, and some of it sold out."""
    from footfall.core.special import ndtr  # noqa: PLC0415 - SciPy is slow to import

    law = subject.scenario.catalog.stock
    if figures.catalog is None or law is None:
        return undecided(NO_CATALOG if law else NOT_SAID)
    units = figures.catalog["stock"]
    some, n = np.sort(units[units > 0]).astype(np.float64), len(units)
    found, said = [], "too few in stock"
    if len(some) >= 5:
        below, upto = (
            ndtr(np.log(np.maximum(some + step, 1e-9) / law.median) / law.sigma) for step in (-1, 1)
        )
        distance = ks_distance(below, upto)
        found, said = [kolmogorov(distance, len(some))], f"KS distance {distance:.4f}"
    gone = n - len(some)
    lost = float(ndtr(np.log(0.5 / law.median) / law.sigma))  # what rounds to nothing
    share = law.sold_out_share + (1 - law.sold_out_share) * lost
    if 0 < share < 1:
        found.append(two_sided(float(binomial_scores(gone, n, share))))
    elif gone != round(share * n):
        found.append(0.0)
    if not found:
        return undecided("too few SKUs are in stock")
    target = f"log-normal of median {law.median:g}, sigma {law.sigma:g}; {share:.4g} sold out"
    observed = f"{said}; {gone} of {n} sold out"
    return by_law(min(1.0, min(found) * len(found)), target, observed)


def suppliers(subject: Subject, figures: Figures) -> Outcome:
    """As many companies as promised at most, and a few at least; each has a name."""
    most = subject.scenario.catalog.suppliers
    if figures.catalog is None or most is None:
        return undecided(NO_CATALOG if most else NOT_SAID)
    names = np.array(figures.catalog["supplier"].to_pylist(), dtype=object)
    n, least = len(set(names.tolist())), min(5, most, len(names))
    target = f"{least} to {most} companies"
    blank = np.array([not name.strip() for name in names], np.bool_)
    if blank.any():
        return rule_over(figures, blank, lambda i: "no supplier", target)
    wrong = f"{n} suppliers of {len(names)} SKUs" if not least <= n <= most else ""
    return verdict(wrong, target, f"{n} companies")


CHECKS = (
    Check(
        "products.created",
        "rule",
        "SKUs are listed in time, and before they sell.",
        ("product.created",),
        created,
    ),
    Check(
        "products.delisted",
        "rule",
        "SKUs are delisted in time, and after they sell.",
        ("product.delisted",),
        delisted,
    ),
    Check("promises.new_skus", "rule", "Enough SKUs are new.", ("product.created",), new_skus),
    Check("products.stock", "rule", "Stock is 0 or more, and varied.", ("product.stock",), stock),
    Check(
        "products.stock_law",
        "law",
        "Stock is log-normal, or sold out.",
        ("product.stock",),
        stock_law,
        stratified=True,
    ),
    Check("products.suppliers", "rule", "Suppliers are shared.", ("product.supplier",), suppliers),
)
