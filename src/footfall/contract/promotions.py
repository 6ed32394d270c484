"""What the scenario's promotions promise of each day and category, and the first lines that show it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.contract.block import Block
from footfall.contract.calendar import days_between
from footfall.contract.places import tally
from footfall.contract.statistics import Counts, Floats
from footfall.contract.subject import Subject


@dataclass(frozen=True)
class Promises:
    """Days of the horizon by what runs on them.

    Attributes
    ----------
    kind : ndarray of int, shape (days,)
        Kind of each day; days of a kind have the same promotions.
    uplift, discount : ndarray, shape (kinds, categories)
        Times the sales weights, and percent off, of each category.
    """

    kind: Counts
    uplift: Floats
    discount: Counts

    @classmethod
    def of(cls, subject: Subject) -> Promises | None:
        """Promises of a scenario; None where it has no promotions."""
        promotions = subject.scenario.promotions
        if not promotions:
            return None
        days = [f"{day:%m-%d}" for day in days_between(subject.first, subject.last)]
        names = list(subject.scenario.catalog.categories)
        uplift, discount = np.ones((len(days), len(names))), np.zeros((len(days), len(names)), np.int64)
        for one in promotions.values():
            on = np.array([one.from_ <= day <= one.to for day in days], dtype=np.bool_)
            for column in sorted({names.index(name) for name in one.categories}):
                uplift[on, column] *= one.uplift
                discount[on, column] = np.maximum(discount[on, column], one.discount_percent)
        both = np.concatenate([uplift, discount], axis=1)
        _, first, kind = np.unique(both, axis=0, return_index=True, return_inverse=True)
        return cls(kind.ravel(), uplift[first], discount[first])


class PromotionTally:
    """First lines by kind of day and category; mergeable.

    Attributes
    ----------
    promises
        None where the scenario has no promotions, and nothing is counted.
    """

    def __init__(self, subject: Subject) -> None:
        self.promises = Promises.of(subject)
        self._shops = len(subject.shops)
        shape = (0, 0) if self.promises is None else self.promises.uplift.shape
        self.first = np.zeros(shape, np.int64)

    def observe(self, block: Block, category: Counts | None) -> None:
        """Take note of the first lines of orders whose day and category are known."""
        if self.promises is None or category is None or "cell" not in block.orders:
            return
        cell, kind = block.orders["cell"], category.take(block.sku.take(block.starts))
        known: npt.NDArray[np.bool_] = (cell >= 0) & (kind >= 0)
        if block.known is not None:
            known &= block.known[block.starts]
        day = self.promises.kind.take(cell[known] // self._shops)
        categories = self.promises.uplift.shape[-1]
        tally(self.first, day * categories + kind[known])

    def merge(self, other: PromotionTally) -> None:
        """Add the figures of the lines that follow."""
        self.first += other.first


def category_laws(promises: Promises, weights: Floats) -> Floats:
    """Probability of each category for a first line, by kind of day, from the categories' sales weights."""
    law = promises.uplift * weights
    return np.asarray(law / law.sum(axis=1, keepdims=True))
