"""Checks of habits: orders of one customer resemble each other as much as the scenario says, and no more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from footfall.contract.catalog_checks import NO_CATALOG
from footfall.contract.check import Check, Outcome, by_law, undecided
from footfall.contract.figures import Figures
from footfall.contract.habit_laws import CLASSES, chances_of_classes, class_scores
from footfall.contract.line_checks import LISTED, NO_WEIGHTS
from footfall.contract.price_checks import first_prices
from footfall.contract.statistics import Counts, Floats, two_sided
from footfall.contract.subject import Subject
from footfall.scenario.habits import Habits

NO_HABIT = "the scenario gives customers no such habit"
FEWEST_CUSTOMERS = 300
"""Customers with two orders or more that a mean over customers needs to be normal enough."""
_MOST_PAIRS = 8
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
    n = np.bincount(place).astype(np.float64)
    many = np.flatnonzero(n > 1)
    return _mean_over(_over_pairs(place, value)[many], n[many], expected)


def _over_pairs(place: Counts, value: Floats) -> Floats:
    """Sum of products of a figure over the ordered pairs of orders of each customer."""
    sums, squares = np.bincount(place, value), np.bincount(place, value**2)
    return np.asarray(sums**2 - squares, np.float64)


def _mean_over(total: Floats, n: Floats, expected: float) -> _Resemblance | None:
    """Mean of customers' sums over their n (n - 1) ordered pairs; None where the customers are too few."""
    if len(n) < FEWEST_CUSTOMERS:
        return None
    each = total / (n * (n - 1))
    weight = np.minimum(n - 1, _MOST_PAIRS) / np.minimum(n - 1, _MOST_PAIRS).sum()
    error = float(np.sqrt(np.sum((weight * (each - expected)) ** 2)))
    return _Resemblance(float(weight @ each), error, len(n)) if error > 0 else None


def _agreement(customer: Counts, what: Counts, expected: float) -> _Resemblance | None:
    """Share of the pairs of orders of one customer that have the same of something; None as above."""
    _, place = np.unique(customer, return_inverse=True)
    n = np.bincount(place)
    both, times = np.unique(place * (int(what.max(initial=0)) + 1) + what, return_counts=True)
    same = np.bincount(both // (int(what.max(initial=0)) + 1), times * (times - 1), len(n))
    many = np.flatnonzero(n > 1)
    return _mean_over(same[many].astype(np.float64), n[many].astype(np.float64), expected)


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
    z = np.sqrt(correlation) * class_scores()[:, None]
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

    tilt, price = _habits(subject).price_tilt or 0.0, first_prices(subject, figures)
    assert price is not None, "asked for before"
    score, law = np.zeros(len(price)), np.zeros((CLASSES, len(price)))
    for category in range(len(figures.lines.categories)):
        here = np.flatnonzero(figures.lines.category_of == category)
        if not len(here):
            continue
        rank = np.empty(len(here))
        rank[np.argsort(price[here], kind="stable")] = np.arange(len(here))
        score[here] = ndtri((rank + 0.5) / len(here))
        share, kernel = weights[here].sum(), np.exp(tilt * class_scores()[:, None] * score[here])
        joint = kernel * weights[here] / share
        for _ in range(_ROUNDS if tilt else 1):  # rows are classes, equally likely; columns SKUs
            joint /= joint.sum(axis=1, keepdims=True)
            joint *= weights[here] / share / joint.mean(axis=0)
        law[:, here] = joint * share
    return _Tastes(score, law)


def _weights(subject: Subject, figures: Figures) -> Floats | str:
    """Sales weights adding up to 1, or why they say nothing."""
    if subject.scenario.catalog.is_changing:
        return LISTED
    if figures.catalog is None:
        return NO_CATALOG
    if first_prices(subject, figures) is None:
        return "prices change, and no table tells the first ones (rows: product_price)"
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
    expected = float(np.mean((tastes.law @ above) ** 2)) + _same(subject) * _within(tastes, category, above)
    seen = figures.lines.histories.whole
    first = np.flatnonzero(seen.is_first)
    found = _resemblance(seen.customer[first], above[seen.sku[first]], expected)
    return _judged(found, expected, "covariance of the price scores of first items")


def _same(subject: Subject) -> float:
    """Probability that two lines of a category are the same favourite of their customer."""
    law = _habits(subject).favourites
    return law.share**2 / law.skus if law else 0.0


def _within(tastes: _Tastes, category: Counts, value: Floats) -> float:
    """Probability of two first items to be of the same category, times a figure's variance there."""
    out = 0.0
    for k in np.unique(category).tolist():
        law = tastes.law[:, category == k]
        share = float(law[0].sum())
        if share:
            each = law / share
            out += share**2 * float(
                np.mean(each @ value[category == k] ** 2 - (each @ value[category == k]) ** 2)
            )
    return out


def favourites(subject: Subject, figures: Figures) -> Outcome:
    """Share of the pairs of orders of a customer that begin with the same SKU.

    In a category c of share Q two first items are the same by chance with r, the sum of the squared shares of
    its SKUs, and as favourites: P = sum over c of Q^2 (r + p^2 / k (1 - r)).
    """
    if _habits(subject).favourites is None:
        return undecided(NO_HABIT)
    weights = _weights(subject, figures)
    if isinstance(weights, str):
        return undecided(weights)
    tastes, category = _tastes(subject, figures, weights), figures.lines.category_of
    by_chance = float(np.mean((tastes.law**2).sum(axis=1)))
    whole = float(np.square(np.bincount(category, weights)).sum())
    expected = by_chance + _same(subject) * (whole - by_chance)
    seen = figures.lines.histories.whole
    first = np.flatnonzero(seen.is_first)
    found = _agreement(seen.customer[first], seen.sku[first], expected)
    return _judged(found, expected, "share of pairs")


def returning(subject: Subject, figures: Figures) -> Outcome:
    """Covariance of returns of the first items of two orders of a customer, less the SKUs' probabilities.

    Expected of SKUs i and k is the mean over classes of (P_i - p_i) (P_k - p_k).
    """
    correlation = _habits(subject).return_correlation
    if correlation is None:
        return undecided(NO_HABIT)
    chance = None if figures.catalog is None else figures.catalog["return_probability"]
    if chance is None or not ((chance > 0) & (chance < 1)).all():
        return undecided(NO_CATALOG)
    above = chances_of_classes(chance, correlation) - chance
    seen = figures.lines.histories.whole
    first = np.flatnonzero(seen.is_first)
    sku = seen.sku[first]
    _, who = np.unique(seen.customer[first], return_inverse=True)
    n = np.bincount(who).astype(np.float64)
    total = _over_pairs(who, seen.is_returned[first] - chance[sku])
    expected = np.mean([_over_pairs(who, of_class[sku]) for of_class in above], axis=0)
    many = np.flatnonzero(n > 1)
    found = _mean_over((total - expected)[many], n[many], 0.0)
    return _judged(found, 0.0, "covariance of returns over what their correlation gives")


_NEEDS = ("order.customer", "line.order", "line.product")
_NEEDS_PRODUCTS = (*_NEEDS, "product.price", "product.category", "product.sales_rank")
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
        _NEEDS_PRODUCTS,
        price,
    ),
    Check(
        "customers.own_returns",
        "law",
        "Some customers send back more than others.",
        (*_NEEDS, "line.is_returned", "product.return_probability"),
        returning,
        waits_for="returns",
    ),
    Check(
        "customers.favourites",
        "law",
        "Customers buy the same SKUs again.",
        _NEEDS_PRODUCTS,
        favourites,
    ),
)
