"""How many lines come back, by groups of SKUs, and how far from that chance leads."""

from __future__ import annotations

import numpy as np

from footfall.contract.catalog_checks import NO_CATALOG
from footfall.contract.check import TOO_FEW
from footfall.contract.figures import Figures
from footfall.contract.habit_laws import brings_classes, chances_of_classes, shared_returns
from footfall.contract.statistics import Counts, Floats, binomial_scores, independent
from footfall.contract.subject import Subject

LEAST_VARIANCE = 25.0
"""A group of SKUs is judged where its returns vary so much, or more."""
NO_CUSTOMERS = "lines of a customer come back together, and the orders don't tell their customers"


def expected_returns(figures: Figures) -> float | str:
    """Lines that are expected to come back, or why that isn't known."""
    chance = None if figures.catalog is None else figures.catalog["return_probability"]
    if chance is None or not ((chance >= 0) & (chance <= 1)).all():
        return NO_CATALOG
    return float(figures.lines.lines @ chance)


def return_scores(subject: Subject, figures: Figures, group: Counts, groups: int) -> Floats | str:
    """Independent normal scores of the lines that came back.

    Parameters
    ----------
    group
        Group of each SKU, from 0; -1 of those that are left out.

    Returns
    -------
    ndarray or str
        A score for each group that returns vary enough in, or why there are none.
    """
    known = expected_returns(figures)
    if isinstance(known, str):
        return known
    assert figures.catalog is not None
    chance, inside = figures.catalog["return_probability"], group >= 0
    lines, returns = np.where(inside, figures.lines.lines, 0), figures.lines.returns
    place = np.where(inside, group, 0)
    mean, variance, seen = (
        np.bincount(place, weights, groups)
        for weights in (lines * chance, lines * chance * (1 - chance), np.where(inside, returns, 0))
    )
    enough = variance >= LEAST_VARIANCE
    if not enough.any():
        return TOO_FEW
    # A binomial of the same mean and variance has the tails of this sum of unequal chances.
    share = np.maximum(1e-12, 1 - variance[enough] / mean[enough])
    scores = binomial_scores(seen[enough], mean[enough] / share, share)
    habits = subject.scenario.customers.habits
    if habits is None or habits.return_correlation is None:
        return scores
    shared = _shared(subject, figures, np.where(inside, group, groups), groups + 1, habits.return_correlation)
    if shared is None:
        return NO_CUSTOMERS
    spread = np.sqrt(variance[enough])
    together = shared[:groups, :groups][np.ix_(enough, enough)] / np.outer(spread, spread)
    return independent(scores, together)


def _shared(
    subject: Subject, figures: Figures, group: Counts, groups: int, correlation: float
) -> Floats | None:
    """Covariance of the groups' returns over that of independent lines; None where no order has a customer.

    Lines of one order share their customer. Where customers bring their classes along, all lines of a
    customer count, which is the most that returns may vary.
    """
    seen = figures.lines.histories.whole
    if not len(seen.sku):
        return None
    assert figures.catalog is not None
    of_class = chances_of_classes(figures.catalog["return_probability"], correlation)
    who = seen.customer if brings_classes(subject) else seen.order
    # Of large runs only a sample of the customers is kept.
    scale = figures.lines.lines.sum() / len(seen.sku)
    return np.asarray(shared_returns(seen, of_class, who, group, groups) * scale, np.float64)
