"""Laws of customers' habits: the chances of their classes, and how they make counts vary."""

from __future__ import annotations

import numpy as np

from footfall.contract.histories import Histories
from footfall.contract.statistics import Counts, Floats
from footfall.contract.subject import Subject

CLASSES = 32
"""Classes of customers that stand for a normal law of their habits."""


def class_scores() -> Floats:
    """Normal scores of equally likely classes of customers, of variance 1."""
    from footfall.core.special import ndtri  # noqa: PLC0415 - SciPy is slow to import

    z = ndtri((np.arange(CLASSES) + 0.5) / CLASSES)
    return np.asarray(z / np.sqrt(np.mean(z**2)), np.float64)


def chances_of_classes(chance: Floats, correlation: float) -> Floats:
    """Chances that equally likely classes of customers have; shape (classes, chances).

    P(z) = Phi((t - sqrt(c) z) / sqrt(1 - c)), z the customer's score and t the normal quantile of the chance
    in the whole shop, which P is on average over z (Vasicek 2002, "The distribution of loan portfolio
    value").
    """
    from footfall.core.special import ndtr, ndtri  # noqa: PLC0415 - SciPy is slow to import

    slope = np.sqrt(correlation) * class_scores()[:, None]
    return np.asarray(ndtr((ndtri(chance) - slope) / np.sqrt(1 - correlation)), np.float64)


def brings_classes(subject: Subject) -> bool:
    """Whether the customers of the published days are fewer than all, so that their classes show.

    Over the whole horizon the classes together have the shop's law, and each order draws its customer anew.
    But those who register, and drop out, are not the same in every part of it.
    """
    return not subject.whole_year and subject.scenario.customers.registered is not None


def shared_returns(seen: Histories, of_class: Floats, who: Counts, group: Counts, groups: int) -> Floats:
    """Covariance of returns by groups of SKUs over that of independent lines; shape (groups, groups).

    Of two lines i and k of the same order, or customer, it is E[(P_i - p_i) (P_k - p_k)].

    Parameters
    ----------
    of_class : shape (classes, skus)
        Chances, from :func:`chances_of_classes`.
    who
        Order or customer that each line shares its class by.
    """
    _, who = np.unique(who, return_inverse=True)
    cell, cells = who * groups + group[seen.sku], (int(who.max()) + 1) * groups
    out = np.zeros((groups, groups))
    for above in of_class - of_class.mean(axis=0):
        of_line = above[seen.sku]
        sums = np.bincount(cell, of_line, cells).reshape(-1, groups)
        out += sums.T @ sums - np.diag(np.bincount(group[seen.sku], of_line**2, groups))
    return np.asarray(out / len(of_class), np.float64)


def shared_sizes(seen: Histories, shares: Floats, correlation: float) -> Floats:
    """Covariance of orders by their lines over that of independent orders; shape (sizes, sizes).

    Two orders of a customer have the covariance of the sizes' chances over the classes.

    Parameters
    ----------
    shares
        Of the orders, by rising size; they add up to 1.
    """
    upto = chances_of_classes(np.cumsum(shares)[:-1].clip(0, 1), correlation)
    of_class = np.diff(upto, axis=1, prepend=0.0, append=1.0)
    above = of_class - of_class.mean(axis=0)
    _, orders = np.unique(seen.customer[seen.is_first], return_counts=True)
    pairs = float(orders @ (orders - 1))
    return np.asarray(pairs * (above.T @ above) / len(of_class), np.float64)
