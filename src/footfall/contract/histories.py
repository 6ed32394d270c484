"""What a sample of the customers bought, order by order: what habits show in."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from footfall.contract.block import Block
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject

SAMPLED_LINES = 1 << 18
"""About so many lines are kept at most, 22 bytes each."""
_MIX, _WORD = 0x9E3779B1, 1 << 32


@dataclass(frozen=True)
class Histories:
    """Lines of the sampled customers, in file order.

    Attributes
    ----------
    customer, order, sku
        Numbers of customer and order, place of the SKU in the catalogue.
    day
        Day of the order, since 1970.
    is_first, is_returned
        Whether the line is the first of its order, and whether it came back.
    """

    customer: Counts
    order: Counts
    sku: Counts
    day: Counts
    is_first: npt.NDArray[np.bool_]
    is_returned: npt.NDArray[np.bool_]


class HistoryTally:
    """Mergeable lines of customers chosen by their numbers, all of them in small runs."""

    def __init__(self, subject: Subject) -> None:
        scenario = subject.scenario
        sizes = scenario.basket.size
        lines = scenario.demand.orders * sum(size * share for size, share in sizes.items())
        registered = scenario.customers.registered
        self.wanted = scenario.customers.habits is not None or bool(registered and registered.lifetime)
        self.wanted = self.wanted or bool(scenario.basket.sub_category_affinity)
        self._shops, self._start = len(subject.shops), subject.start
        self._bound = int(min(1.0, SAMPLED_LINES / max(1.0, lines)) * _WORD)
        self._parts: list[Histories] = []

    def observe(self, block: Block) -> None:
        """Take note of the lines of whole orders."""
        customer = block.orders["customer"]
        is_sampled = (customer > 0) & (customer * _MIX % _WORD < self._bound)
        lines = np.flatnonzero(block.by_line(is_sampled) & block.all_known())
        is_first, nothing = np.zeros((2, len(block.sku)), np.bool_)
        is_first[block.starts] = True
        self._parts.append(
            Histories(
                block.by_line(customer.astype(np.int32))[lines],
                block.columns["order"][lines],
                block.sku[lines].astype(np.int32),
                block.by_line((block.orders["cell"] // self._shops + self._start).astype(np.int32))[lines],
                is_first[lines],
                block.columns.get("is_returned", nothing)[lines],
            )
        )

    @property
    def whole(self) -> Histories:
        """All lines that were kept."""
        if len(self._parts) > 1:
            joined = (np.concatenate([getattr(p, f.name) for p in self._parts]) for f in fields(Histories))
            self._parts = [Histories(*joined)]
        none = np.empty(0, np.int64)
        return self._parts[0] if self._parts else Histories(none, none, none, none, none > 0, none > 0)

    def first_of_customers(self, skus: int) -> Counts:
        """Counts by SKU of the first item that was seen of each customer: independent of each other."""
        seen = self.whole
        _, line = np.unique(seen.customer, return_index=True)
        return np.bincount(seen.sku[line], minlength=skus)

    def merge(self, other: HistoryTally) -> None:
        """Add the lines that follow."""
        self._parts += other._parts
