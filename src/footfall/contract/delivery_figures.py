"""Figures of deliveries: how many days after their orders they come, and how many after the day promised."""

from __future__ import annotations

from typing import Any

import numpy as np

from footfall.contract.offences import Offences
from footfall.contract.order_figures import on
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject


class DeliveryTally:
    """Mergeable counts of deliveries.

    Attributes
    ----------
    in_time
        Deliveries in time by the days from their orders.
    late
        Late ones by the days from the one promised.
    """

    def __init__(self, subject: Subject, offences: Offences) -> None:
        self._law, self._offences, self._start = subject.scenario.arrival.delivery, offences, subject.start
        most = self._law.days if self._law else 0
        self.in_time, self.late = np.zeros((2, most + 1), np.int64)

    def observe(self, ids: Counts, day: Counts, columns: dict[str, Any]) -> Counts | None:
        """Take note of orders of days of the horizon, -1 where unknown; 1 for those that come late."""
        law, note = self._law, self._offences.where
        if law is None or "promised" not in columns:
            return None
        since = columns["promised"].astype(np.int64) - (day + self._start)
        note(
            "orders.promised",
            (day >= 0) & (since != law.promised_days),
            lambda i: (
                f"order {ids[i]} of {on(day[i] + self._start)} is promised by {on(columns['promised'][i])}"
            ),
        )
        if "delivered" not in columns:
            return None
        delivered = columns["delivered"]
        since = delivered.astype(np.int64) - (day + self._start)
        inside = (since >= min(law.in_time.min_days, law.promised_days)) & (since <= law.days)
        note(
            "orders.delivered",
            (day >= 0) & ~inside,
            lambda i: f"order {ids[i]} of {on(day[i] + self._start)} is delivered on {on(delivered[i])}",
        )
        beyond = delivered.astype(np.int64) - columns["promised"]
        is_late = np.asarray(beyond > 0)
        known, most = inside & (day >= 0), len(self.in_time)
        self.in_time += np.bincount(since[known & ~is_late], minlength=most)[:most]
        self.late += np.bincount(np.minimum(beyond[known & is_late], most - 1), minlength=most)
        return is_late.astype(np.int64)

    def merge(self, other: DeliveryTally) -> None:
        """Add the figures of the orders that follow."""
        self.in_time += other.in_time
        self.late += other.late
