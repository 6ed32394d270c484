"""How many lines come back, by groups of SKUs, and how far from that chance leads."""

from __future__ import annotations

import numpy as np

from footfall.contract.catalog_checks import NO_CATALOG
from footfall.contract.check import TOO_FEW
from footfall.contract.figures import Figures
from footfall.contract.statistics import Counts, Floats, binomial_scores, class_scores
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
    whitened = np.linalg.solve(np.linalg.cholesky(np.eye(len(spread)) + together), scores)
    return np.asarray(whitened, np.float64)


def chances_of_classes(chance: Floats, correlation: float) -> Floats:
    """Chances that equally likely classes of customers send SKUs back; shape (classes, skus).

    P(z) = Phi((t - sqrt(c) z) / sqrt(1 - c)), z the customer's score and t the normal quantile of the SKU's
    probability, which P is on average over z (Vasicek 2002, "The distribution of loan portfolio value").
    """
    from footfall.core.special import ndtr, ndtri  # noqa: PLC0415 - SciPy is slow to import

    slope = np.sqrt(correlation) * class_scores()[:, None]
    return np.asarray(ndtr((ndtri(chance) - slope) / np.sqrt(1 - correlation)), np.float64)


def _shared(
    subject: Subject, figures: Figures, group: Counts, groups: int, correlation: float
) -> Floats | None:
    """Covariance of the groups' returns over that of independent lines; None where no order has a customer.

    Of two lines i and k of a customer it is E[(P_i - p_i) (P_k - p_k)], P as in :func:`chances_of_classes`.
    Each order draws its customer anew, so over the whole horizon the lines of one order share theirs, and no
    others do. But where customers register and drop out, those of a part of the horizon are few, and bring
    their classes along: there all lines of a customer count, which is the most that they may vary.
    """
    seen = figures.lines.histories.whole
    if not len(seen.sku):
        return None
    assert figures.catalog is not None
    is_stable = subject.whole_year or subject.scenario.customers.registered is None
    _, who = np.unique(seen.order if is_stable else seen.customer, return_inverse=True)
    cell, cells = who * groups + group[seen.sku], (int(who.max()) + 1) * groups
    of_class = chances_of_classes(figures.catalog["return_probability"], correlation)
    out = np.zeros((groups, groups))
    for above in of_class - of_class.mean(axis=0):
        of_line = above[seen.sku]
        sums = np.bincount(cell, of_line, cells).reshape(-1, groups)
        out += sums.T @ sums - np.diag(np.bincount(group[seen.sku], of_line**2, groups))
    # Of large runs only a sample of the customers is kept.
    return np.asarray(out / len(of_class) * (figures.lines.lines.sum() / len(seen.sku)), np.float64)
