"""What goes together inside of categories: affinities of sub-categories, which leave what is sold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.plan.catalog import Catalog
from footfall.scenario.buying import Basket

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_SCALINGS = 200


@dataclass(frozen=True)
class Pairing:
    """Sales weights of later items by the sub-category of the first one.

    Attributes
    ----------
    group : ndarray of int, shape (skus,)
        Sub-category of each SKU, as a row of `weights`.
    weights : ndarray of float, shape (sub-categories + 1, skus)
        After a first item of each sub-category; the last row is of first items themselves.
    """

    group: Ints
    weights: Floats

    @property
    def base(self) -> int:
        """Row of the catalogue's own weights."""
        return len(self.weights) - 1

    @classmethod
    def of(cls, basket: Basket, catalog: Catalog) -> Pairing:
        """Fit the weights to the odds ratios, the categories' shares and the SKUs' own weights."""
        names, group = np.unique(np.array(catalog.sub_category), return_inverse=True)
        count = len(names)
        of_group = np.zeros(count, dtype=np.int64)
        of_group[group] = catalog.category
        share = np.asarray(np.bincount(group, catalog.weight, count), np.float64)
        factor = np.ones((count, count))
        place = {name: i for i, name in enumerate(names.tolist())}
        for rule in basket.sub_category_affinity or []:
            if rule.first in place and rule.then in place:  # small catalogues lack some
                factor[place[rule.first], place[rule.then]] *= rule.odds_factor
        times = np.ones((count + 1, count))
        for first in np.unique(of_group):
            for then in np.unique(of_group):
                rows, columns = np.flatnonzero(of_group == first), np.flatnonzero(of_group == then)
                fitted = paired(factor[np.ix_(rows, columns)], share[rows], share[columns])
                times[np.ix_(rows, columns)] = fitted / (share[columns] / share[columns].sum())
        return cls(group, (times[:, group] * catalog.weight).round(15))


def paired(factor: Floats, first: Floats, then: Floats) -> Floats:
    """Law of the later sub-category after each first one: odds by the factors, margins as they were.

    Parameters
    ----------
    factor
        Odds factors, shape (first, then).
    first, then
        Sales weights of the sub-categories.

    Returns
    -------
    ndarray, shape (first, then)
        Rows add up to 1; weighted by `first` they give `then`, up to scale.
    """
    origin, goal = first / first.sum(), then / then.sum()
    own = goal.copy()
    for _ in range(_SCALINGS):
        of_first = origin / (factor @ own)
        own = goal / (of_first @ factor)
    joint = factor * own
    return np.asarray(joint / joint.sum(axis=1, keepdims=True))
