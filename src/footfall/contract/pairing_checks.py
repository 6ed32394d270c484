"""Check of affinities of sub-categories."""

from __future__ import annotations

import numpy as np

from footfall.contract.catalog_checks import NO_CATALOG
from footfall.contract.check import TOO_FEW, Check, Outcome, by_law, undecided
from footfall.contract.figures import Figures
from footfall.contract.line_checks import LISTED, NO_WEIGHTS
from footfall.contract.statistics import Counts, Floats, chi_square, shares_scores
from footfall.contract.subject import Subject

_ROUNDS = 500


def _fitted(factor: Floats, first: Floats, then: Floats) -> Floats:
    """Law of the second sub-category by the first: odds by the factors, all together as they sell."""
    joint = factor * then
    for _ in range(_ROUNDS):
        joint = joint / joint.sum(axis=1, keepdims=True)
        joint = joint * (then / then.sum()) / (first / first.sum() @ joint)
    return np.asarray(joint / joint.sum(axis=1, keepdims=True))


def sub_categories(subject: Subject, figures: Figures) -> Outcome:
    """Sub-category of second items by that of the first, where both are of different categories.

    Second items of the first's category may not be the first SKU again, and later ones none of those before;
    so the law of the weights holds for these alone.
    """
    basket, habits = subject.scenario.basket, subject.scenario.customers.habits
    if not basket.sub_category_affinity:
        return undecided("the scenario has no affinity of sub-categories")
    if subject.scenario.catalog.listed:
        return undecided(LISTED)
    weights = figures.lines.weights() if figures.catalog is not None else None
    if figures.catalog is None or weights is None or (figures.lines.category_of < 0).any():
        return undecided(NO_CATALOG if figures.catalog is None else NO_WEIGHTS)
    names, group = np.unique(np.array(figures.catalog["sub_category"].to_pylist()), return_inverse=True)
    known = {name: i for i, name in enumerate(names.tolist())}
    factor = np.ones((len(names), len(names)))
    for rule in basket.sub_category_affinity:
        if rule.first in known and rule.then in known:
            factor[known[rule.first], known[rule.then]] *= rule.odds_factor
    share = np.asarray(np.bincount(group, weights), np.float64)
    category = np.zeros(len(names), np.int64)
    category[group] = figures.lines.category_of
    again = habits.favourites.share if habits and habits.favourites else 0.0
    seen, scores = _second(figures, group, len(names), once=again > 0), []
    for one in np.unique(category):
        for two in np.unique(category):
            rows, columns = np.flatnonzero(category == one), np.flatnonzero(category == two)
            if one == two or (factor[np.ix_(rows, columns)] == 1).all():
                continue
            alone = share[columns] / share[columns].sum()
            law = _fitted(factor[np.ix_(rows, columns)], share[rows], share[columns])
            law = again * alone + (1 - again) * law
            scores += [shares_scores(seen[r, columns], p) for r, p in zip(rows, law, strict=True)]
    found = np.concatenate([np.empty(0), *scores])
    if not len(found):
        return undecided(TOO_FEW)
    said = f"chi-square p over {len(found)} cells"
    return by_law(chi_square(found), "second items by weight and affinity", said)


def _second(figures: Figures, group: Counts, groups: int, *, once: bool) -> Counts:
    """Second items by the sub-category of the first item and their own, of the sampled customers.

    Where customers have favourites, orders of one are alike: each customer counts `once` then.
    """
    lines = figures.lines.histories.whole
    second = np.flatnonzero(~lines.is_first[1:] & lines.is_first[:-1]) + 1
    if once:
        second = second[np.unique(lines.customer[second], return_index=True)[1]]
    place = group[lines.sku[second - 1]] * groups + group[lines.sku[second]]
    return np.bincount(place, minlength=groups * groups).reshape(groups, groups)


CHECKS = (
    Check(
        "lines.sub_categories",
        "law",
        "Second items: sub-category by weight and affinity.",
        ("order.customer", "line.product", "product.sub_category", "product.sales_rank", "product.category"),
        sub_categories,
    ),
)
