"""What the scenario promises of times of day: which seconds are open, and how likely each is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.contract.places import DAY
from footfall.contract.statistics import Counts, Floats
from footfall.scenario.demand import Demand


@dataclass(frozen=True)
class Opening:
    """Distinct profiles of a day.

    Attributes
    ----------
    opens, closes
        First and last second of the day at which orders may come.
    profile : ndarray of int, shape (7,)
        Profile of each day of the week, Monday first.
    weights : ndarray of float, shape (profiles, 24)
        Weight of a second of each hour.
    """

    opens: int
    closes: int
    profile: Counts
    weights: Floats

    @classmethod
    def of(cls, demand: Demand) -> Opening:
        """Profiles that a scenario's demand promises; an even one, where it has no hours of its own."""
        opens, closes = demand.opening_seconds
        if demand.hours is None:
            return cls(opens, closes, np.zeros(7, np.int64), np.ones((1, 24)))
        distinct = list(dict.fromkeys(demand.hours.by_weekday))
        profile = np.array([distinct.index(day) for day in demand.hours.by_weekday])
        return cls(opens, closes, profile, np.array(distinct))

    @property
    def is_even(self) -> bool:
        """Whether all seconds from the first to the last are open, and as likely, on every day."""
        return len(self.weights) == 1 and bool((self.weights == self.weights[0, 0]).all())

    @property
    def distributions(self) -> Floats:
        """Share of a profile's orders up to each second of the day, that second's included."""
        law = np.repeat(self.weights, 3600, axis=1)
        law[:, : self.opens] = law[:, self.closes + 1 :] = 0.0
        upto = np.cumsum(law, axis=1)
        return np.asarray(upto / upto[:, -1:])

    def places(self, second: Counts, day: Counts, start: int) -> Counts:
        """Profile * 86,400 + second; days count from `start`, and that from 1 January 1970, a Thursday."""
        return second if len(self.weights) == 1 else self.profile[(day + start + 3) % 7] * DAY + second

    def is_closed(self, place: Counts) -> npt.NDArray[np.bool_]:
        """Whether nothing is ordered at these places."""
        second = place % DAY
        outside = (second < self.opens) | (second > self.closes)
        return np.asarray(outside | (self.weights.reshape(-1)[place // 3600] == 0))
