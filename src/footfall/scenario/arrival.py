"""When facts become known to the shop: settled orders, returns, lines that come late."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from footfall.scenario.days_later import DayCount, DaysLater
from footfall.scenario.defects import Contradiction
from footfall.scenario.delivery import Delivery
from footfall.scenario.strict import Code, Positive, Share, Strict


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
    delivery: Delivery | None = None

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
        delivered = self.delivery.days if self.delivery else 0
        return max(self.settled.max_days, self.returned.max_days, self.late_lines.max_days, delivered)
