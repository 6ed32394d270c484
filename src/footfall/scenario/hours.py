"""At which hours of the day orders come."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from footfall.scenario.strict import NotNegative, Strict, whole_keys

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Hour = Annotated[int, Field(ge=0, le=23)]
HourWeights = Annotated[dict[Hour, NotNegative], Field(min_length=1), BeforeValidator(whole_keys)]


class Hours(Strict):
    """Hours of the day by how much is ordered in them: constant within an hour, none outside opening hours.

    A second of hour h has the weight w(h); an hour that isn't named has none, and one that is cut by
    opening hours keeps the weight of each of its seconds.

    Attributes
    ----------
    every_day
        Hour from 0 to 23: weight of each of its seconds beside those of the other hours.
    Mon, Tue, Wed, Thu, Fri, Sat, Sun
        The same for one day of the week, in place of `every_day`.
    """

    every_day: HourWeights
    Mon: HourWeights | None = None
    Tue: HourWeights | None = None
    Wed: HourWeights | None = None
    Thu: HourWeights | None = None
    Fri: HourWeights | None = None
    Sat: HourWeights | None = None
    Sun: HourWeights | None = None

    @property
    def by_weekday(self) -> tuple[tuple[float, ...], ...]:
        """Weights of the 24 hours, Monday to Sunday."""
        profiles = [getattr(self, day) or self.every_day for day in WEEKDAYS]
        return tuple(tuple(profile.get(hour, 0.0) for hour in range(24)) for profile in profiles)
