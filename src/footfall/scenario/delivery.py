"""When orders are delivered, and when that was promised."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from footfall.scenario.days_later import DayCount, DaysLater
from footfall.scenario.defects import Contradiction
from footfall.scenario.strict import Positive, Share, Strict


class InTime(DaysLater):
    """Days from an order to its delivery, where it comes in time."""

    median_days: Positive = 3.0
    sigma: Positive = 0.4
    min_days: DayCount = 1
    max_days: DayCount = 5


class Late(DaysLater):
    """Days from the one promised to the delivery, where it comes late."""

    median_days: Positive = 3.0
    sigma: Positive = 0.7
    min_days: DayCount = 1
    max_days: DayCount = 30


class Delivery(Strict):
    """Every order has a day by which it is promised, whatever becomes of it; some come late.

    Attributes
    ----------
    promised_days
        Days from an order to the day by which it is promised.
    late_share
        Share of the orders that come late.
    """

    promised_days: Annotated[int, Field(ge=1, le=365)] = 5
    late_share: Share
    in_time: InTime = Field(default_factory=InTime)
    late: Late = Field(default_factory=Late)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.in_time.max_days > self.promised_days:
            raise Contradiction(
                f"in_time.max_days ({self.in_time.max_days}) is above promised_days ({self.promised_days})",
                *(("in_time", "max_days"), "promised_days"),
            )
        if self.late.min_days < 1:
            raise Contradiction(
                "late.min_days must be at least 1; what comes on the day promised is in time",
                ("late", "min_days"),
            )
        return self

    @property
    def days(self) -> int:
        """Days after an order at which it is delivered for certain."""
        return self.promised_days + self.late.max_days
