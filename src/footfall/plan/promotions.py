"""Which promotions run on which day, and what they do to categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.plan.calendar import Calendar
from footfall.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Promoted:
    """Distinct sets of promotions that run together; set 0 is none.

    Attributes
    ----------
    running : ndarray of int, shape (days,)
        Set of each day of a calendar.
    uplift : ndarray of float, shape (sets, categories)
        Times the sales weights of each category.
    discount : ndarray of int, shape (sets, categories)
        Percent off every line of a category; 0 where no promotion has one.
    """

    running: Ints
    uplift: Floats
    discount: Ints

    @classmethod
    def of(cls, scenario: Scenario, calendar: Calendar) -> Promoted | None:
        """Promotions of the days of a calendar; None where the scenario has none."""
        if not scenario.promotions:
            return None
        asked = list(scenario.promotions.values())
        days = [calendar.date_of(day) for day in range(len(calendar.trend))]
        on_each = [tuple(i for i, promotion in enumerate(asked) if promotion.covers(day)) for day in days]
        sets = list(dict.fromkeys([(), *sorted(on_each)]))
        names = list(scenario.catalog.categories)
        uplift = np.ones((len(sets), len(names)))
        discount = np.zeros((len(sets), len(names)), dtype=np.int64)
        for row, together in enumerate(sets):
            for promotion in (asked[i] for i in together):
                columns = [names.index(name) for name in set(promotion.categories)]
                uplift[row, columns] *= promotion.uplift
                discount[row, columns] = np.maximum(discount[row, columns], promotion.discount_percent)
        place = {together: row for row, together in enumerate(sets)}
        return cls(np.array([place[together] for together in on_each]), uplift, discount)

    def uplifts_by_share(self, orders_a_day: Floats) -> list[tuple[float, Floats]]:
        """Share of the expected orders on the days of each set, and its uplifts by category."""
        shares = np.bincount(self.running, orders_a_day, len(self.uplift)) / orders_a_day.sum()
        return [(share, row) for share, row in zip(shares.tolist(), self.uplift, strict=True) if share]


def discount_shares(
    scenario: Scenario, declared: Calendar, category: Ints, lines: Mapping[int, Floats]
) -> dict[int, Floats]:
    """Share of each SKU's expected lines at each discount in percent, promotions included.

    Parameters
    ----------
    category
        Of each SKU.
    lines
        Set of promotions -> expected lines of each SKU in an order of its days.
    """
    promoted = Promoted.of(scenario, declared)
    assert promoted is not None, "asked for where there are promotions"
    orders = declared.orders_a_day / declared.orders_a_day.sum()
    kinds, kind = np.unique(np.stack([promoted.running, declared.discount]), axis=1, return_inverse=True)
    found: dict[int, Floats] = {}
    for (running, event), share in zip(
        kinds.T.tolist(), np.bincount(kind.ravel(), orders).tolist(), strict=True
    ):
        weight = share * lines[running] if share else np.zeros(len(category))
        own = np.maximum(promoted.discount[running], event)[category]
        for percent in np.unique(own[own > 0]).tolist():
            found[percent] = found.get(percent, 0.0) + np.where(own == percent, weight, 0.0)
        for percent, part in sorted(scenario.discount.shares.items()):
            found[percent] = found.get(percent, 0.0) + part * np.where(own == 0, weight, 0.0)
    whole = np.sum(list(found.values()), axis=0)
    return {percent: weight / whole for percent, weight in found.items()}
