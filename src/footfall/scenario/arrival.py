"""When facts become known to the shop: settled orders, returns, lines that come late."""

from __future__ import annotations

import math
from typing import Annotated, Self

from pydantic import Field, model_validator

from footfall.scenario.defects import Contradiction
from footfall.scenario.strict import Code, Positive, Share, Strict

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


class Settled(DaysLater):
    """From an order to the status that it has once it is no longer in progress."""

    median_days: Positive = 2.0
    sigma: Positive = 0.5
    min_days: DayCount = 1
    max_days: DayCount = 3


class Returned(DaysLater):
    """From an order to its return."""

    median_days: Positive = 9.0
    sigma: Positive = 0.5
    min_days: DayCount = 4
    max_days: DayCount = 45


class LateLines(DaysLater):
    """Lines that reach the books some days after their order; an order's first line never does.

    Attributes
    ----------
    share
        Share of the lines that come late.
    """

    share: Share = 0.0
    median_days: Positive = 2.0
    sigma: Positive = 0.5
    min_days: DayCount = 1
    max_days: DayCount = 3


class Arrival(Strict):
    """Days between an order and what becomes known of it later; the final state doesn't depend on them.

    Attributes
    ----------
    before_return
        Status that an order gets by a return: the status that it had before.
    """

    settled: Settled = Field(default_factory=Settled)
    returned: Returned = Field(default_factory=Returned)
    before_return: dict[Code, Code] = {}
    late_lines: LateLines = Field(default_factory=LateLines)

    @model_validator(mode="after")
    def _parents_first(self) -> Self:
        for name, law in (("settled", self.settled), ("late_lines", self.late_lines)):
            if law.max_days > self.returned.min_days:
                raise Contradiction(
                    f"returned.min_days ({self.returned.min_days}) is below {name}.max_days "
                    f"({law.max_days}): a return would be known before what it belongs to",
                    ("returned", "min_days"),
                    (name, "max_days"),
                )
        return self

    @property
    def days(self) -> int:
        """Days after an order at which all is known of it and its lines."""
        return max(self.settled.max_days, self.returned.max_days, self.late_lines.max_days)
