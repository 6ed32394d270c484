"""The law of whole days from one thing to another that follows."""

from __future__ import annotations

import math
from typing import Annotated, Self

from pydantic import Field, model_validator

from footfall.scenario.defects import Contradiction
from footfall.scenario.strict import Positive, Strict

DayCount = Annotated[int, Field(ge=0, le=400)]


class DaysLater(Strict):
    """Whole days from an order to what follows: log-normal, rounded, within bounds.

    Attributes
    ----------
    median_days
        Median of the days.
    sigma
        Standard deviation of their logarithm.
    min_days, max_days
        Bounds; what lies beyond counts with the bound.
    """

    median_days: Positive
    sigma: Positive
    min_days: DayCount
    max_days: DayCount

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_days > self.max_days:
            raise Contradiction(
                f"min_days ({self.min_days}) is above max_days ({self.max_days})", "min_days", "max_days"
            )
        return self

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares of the whole days from the least to the most; what lies beyond a bound counts with it."""
        mean = math.log(self.median_days)
        upto = [
            0.5 * math.erfc((mean - math.log(days + 0.5)) / (self.sigma * math.sqrt(2)))
            for days in range(self.min_days, self.max_days)
        ]
        return tuple(after - before for before, after in zip([0.0, *upto], [*upto, 1.0], strict=True))
