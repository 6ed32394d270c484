"""Times of day by an hour-of-day profile: which second a share of the day's orders falls before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.scenario.demand import Demand
from footfall.scenario.hours import Hours

Ints = npt.NDArray[np.int64]

MASS_BITS = 32
"""A day's mass is at most 2^32 units, so that its product with a random word of 32 bits fits into 64."""


@dataclass(frozen=True)
class Clock:
    """Inverse of the distribution of times of day, in whole numbers, so that no processor's last bit shows.

    The density is constant over the seconds of an hour: F(x) = sum over seconds y <= x of w(hour of y),
    over that of the whole day. Each second gets a whole number of units of mass, at least one where its
    hour has a weight; so a probability is off by less than 1e-5 of an average second's.

    Attributes
    ----------
    day_starts : ndarray of int, shape (8,)
        Units before each day of the week, Monday first, and after the last.
    edges : ndarray of int, shape (pieces + 1,)
        Units before each hour that has some, day after day, and after the last.
    seconds : ndarray of int, shape (pieces,)
        First second of each of these hours within opening hours.
    units : ndarray of int, shape (pieces,)
        Units of each of its seconds.
    """

    day_starts: Ints
    edges: Ints
    seconds: Ints
    units: Ints
    finder: laws.Finder

    @classmethod
    def of(cls, demand: Demand, hours: Hours) -> Clock:
        """Clock of a profile within opening hours."""
        opens, closes = demand.opening_seconds
        first = np.clip(np.arange(24) * 3600, opens, closes + 1)
        length = np.clip(np.arange(1, 25) * 3600, opens, closes + 1) - first
        weights = np.array(hours.by_weekday)
        whole = (weights * length).sum(axis=1, keepdims=True)
        # 86,400 less than 2^32, so that rounding up does not lead beyond.
        units = np.maximum(np.rint(weights / whole * (2.0**MASS_BITS - 86_400)), 1).astype(np.int64)
        units[(weights == 0) | (length == 0)] = 0
        day, hour = np.nonzero(units)
        mass = units[day, hour] * length[hour]
        edges = np.concatenate([[0], np.cumsum(mass)])
        return cls(
            day_starts=edges[np.searchsorted(day, np.arange(8))],
            edges=edges,
            seconds=first[hour],
            units=units[day, hour],
            finder=laws.Finder.of(edges),
        )

    def slots(self, weekday: Ints, slot: Ints, slots: int) -> tuple[Ints, Ints]:
        """Units before and after slots of equal probability, of so many a day."""
        start = self.day_starts[weekday]
        whole = self.day_starts[weekday + 1] - start
        return start + whole * slot // slots, start + whole * (slot + 1) // slots

    def second(self, mass: Ints) -> Ints:
        """Second of the day that holds each unit of mass."""
        piece = self.finder(mass)
        piece -= 1
        out = mass - self.edges.take(piece)
        out //= self.units.take(piece)
        out += self.seconds.take(piece)
        return out
