"""Checks of habits: orders of one customer resemble each other as much as the scenario says, and no more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from footfall.contract.catalog_checks import NO_CATALOG
from footfall.contract.check import Check, Outcome, by_law, undecided
from footfall.contract.figures import Figures
from footfall.contract.line_checks import LISTED, NO_WEIGHTS
from footfall.contract.statistics import Counts, Floats, two_sided
from footfall.contract.subject import Subject
from footfall.scenario.habits import Habits

NO_HABIT = "the scenario gives customers no such habit"
FEWEST_CUSTOMERS = 300
"""Customers with two orders or more that a mean over customers needs to be normal enough."""
_MOST_PAIRS = 8
_CLASSES = 32
_ROUNDS = 200


@dataclass(frozen=True)
class _Resemblance:
    """Mean product of a figure over pairs of orders of one customer, and its standard error."""

    mean: float
    error: float
    customers: int


def _habits(subject: Subject) -> Habits:
    return subject.scenario.customers.habits or Habits()


def _resemblance(customer: Counts, value: Floats, expected: float) -> _Resemblance | None:
    """Judge pairs customer by customer, who are independent of each other; None where they are too few.

    The mean over the pairs of a customer's n orders counts as often as it has others, up to a bound: one
    whale would decide otherwise.
    """
    _, place = np.unique(customer, return_inverse=True)
    n = np.bincount(place)
    sums, squares = np.bincount(place, value), np.bincount(place, value**2)
    many = np.flatnonzero(n > 1)
    if len(many) < FEWEST_CUSTOMERS:
        return None
    pairs = n[many] * (n[many] - 1)
    product = (sums[many] ** 2 - squares[many]) / pairs
    weight = np.minimum(n[many] - 1, _MOST_PAIRS) / np.minimum(n[many] - 1, _MOST_PAIRS).sum()
    error = float(np.sqrt(np.sum((weight * (product - expected)) ** 2)))
    return _Resemblance(float(weight @ product), error, len(many)) if error > 0 else None


def _scores() -> Floats:
    """Normal scores of equally likely classes of customers, of variance 1."""
    from footfall.core.special import ndtri  # noqa: PLC0415 - SciPy is slow to import

    z = ndtri((np.arange(_CLASSES) + 0.5) / _CLASSES)
    return np.asarray(z / np.sqrt(np.mean(z**2)), np.float64)


def _judged(seen: _Resemblance | None, expected: float, what: str) -> Outcome:
    if seen is None:
        return undecided(f"fewer than {FEWEST_CUSTOMERS} customers with two orders")
    observed = f"{seen.mean:.4f} +- {seen.error:.4f} over {seen.customers:,} customers"
    return by_law(two_sided((seen.mean - expected) / seen.error), f"{what} of {expected:.4f}", observed)


def _size_covariance(size: dict[int, float], correlation: float) -> tuple[float, float]:
    """Mean of the logarithm of lines, and its covariance between two orders of a customer."""
    from footfall.core.special import ndtr, ndtri  # noqa: PLC0415 - SciPy is slow to import

    law = {k: share for k, share in size.items() if share}
    lines, shares = np.log(list(law)), np.array(list(law.values()))
    bounds = ndtri(np.cumsum(shares)[:-1].clip(0, 1))
    z = np.sqrt(correlation) * _scores()[:, None]
    upto = ndtr((bounds - z) / np.sqrt(1 - correlation))
    mean_of_class = lines[-1] - upto @ np.diff(lines)
    mean = float(shares @ lines)
    return mean, float(np.mean(mean_of_class**2)) - mean**2


def basket_size(subject: Subject, figures: Figures) -> Outcome:
    """Covariance of the logarithms of lines of two orders of a customer."""
    correlation = _habits(subject).basket_size_correlation
    if correlation is None:
        return undecided(NO_HABIT)
    seen = figures.lines.histories.whole
    starts = np.flatnonzero(seen.is_first)
    lines = np.diff(np.append(starts, len(seen.order)))
    mean, expected = _size_covariance(subject.scenario.basket.size, correlation)
    found = _resemblance(seen.customer[starts], np.log(lines) - mean, expected)
    return _judged(found, expected, "covariance of the logarithms of lines")


@dataclass(frozen=True)
class _Tastes:
    """What customers of each class buy first, worked out anew from the published products."""

    price_score: Floats
    """Normal score of each SKU's price in its category."""
    law: Floats
    """Shape (classes, skus); each category's rows add up to the category's share."""


def _tastes(subject: Subject, figures: Figures, weights: Floats) -> _Tastes:
    from footfall.core.special import ndtri  # noqa: PLC0415 - SciPy is slow to import

    assert figures.catalog is not None
    tilt, price = _habits(subject).price_tilt or 0.0, figures.catalog["price"]
    score, law = np.zeros(len(price)), np.zeros((_CLASSES, len(price)))
    for category in range(len(figures.lines.categories)):
        here = np.flatnonzero(figures.lines.category_of == category)
        if not len(here):
            continue
        rank = np.empty(len(here))
        rank[np.argsort(price[here], kind="stable")] = np.arange(len(here))
        score[here] = ndtri((rank + 0.5) / len(here))
        share, kernel = weights[here].sum(), np.exp(tilt * _scores()[:, None] * score[here])
        joint = kernel * weights[here] / share
        for _ in range(_ROUNDS if tilt else 1):  # rows are classes, equally likely; columns SKUs
            joint /= joint.sum(axis=1, keepdims=True)
            joint *= weights[here] / share / joint.mean(axis=0)
        law[:, here] = joint * share
    return _Tastes(score, law)


def _weights(subject: Subject, figures: Figures) -> Floats | str:
    """Sales weights adding up to 1, or why they say nothing."""
    if subject.scenario.catalog.listed:
        return LISTED
    if figures.catalog is None:
        return NO_CATALOG
    weights = figures.lines.weights()
    return NO_WEIGHTS if weights is None or (figures.lines.category_of < 0).any() else weights


def price(subject: Subject, figures: Figures) -> Outcome:
    """Covariance of the price scores of the first items of two orders of a customer."""
    if _habits(subject).price_tilt is None:
        return undecided(NO_HABIT)
    weights = _weights(subject, figures)
    if isinstance(weights, str):
        return undecided(weights)
    tastes, category = _tastes(subject, figures, weights), figures.lines.category_of
    share = np.bincount(category, weights)
    mean = np.bincount(category, weights * tastes.price_score) / np.where(share > 0, share, 1.0)
    above = tastes.price_score - mean[category]
    expected = float(np.mean((tastes.law @ above) ** 2))
    seen = figures.lines.histories.whole
    first = np.flatnonzero(seen.is_first)
    found = _resemblance(seen.customer[first], above[seen.sku[first]], expected)
    return _judged(found, expected, "covariance of the price scores of first items")


_NEEDS = ("order.customer", "line.order", "line.product")
CHECKS = (
    Check(
        "customers.own_basket_size",
        "law",
        "Orders of a customer have lines alike.",
        _NEEDS,
        basket_size,
        waits_for="late lines",
    ),
    Check(
        "customers.own_prices",
        "law",
        "Orders of a customer have prices alike.",
        (*_NEEDS, "product.price", "product.category", "product.sales_rank"),
        price,
    ),
)
