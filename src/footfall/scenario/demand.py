"""How many orders are expected when and where."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from footfall.scenario.strict import (
    ClockTime,
    Code,
    Deal,
    Finite,
    Identifier,
    MonthDay,
    Percent,
    Positive,
    Strict,
)


class Weekdays(Strict):
    """Multiplier of expected orders by day of the week.

    Attributes
    ----------
    Mon, Tue, Wed, Thu, Fri, Sat, Sun
        Times the orders of a plain day.
    """

    Mon: Positive = 1.0
    Tue: Positive = 1.0
    Wed: Positive = 1.0
    Thu: Positive = 1.0
    Fri: Positive = 1.0
    Sat: Positive = 1.0
    Sun: Positive = 1.0

    @property
    def multipliers(self) -> tuple[float, ...]:
        """Monday to Sunday."""
        return (self.Mon, self.Tue, self.Wed, self.Thu, self.Fri, self.Sat, self.Sun)


class Months(Strict):
    """Multiplier of expected orders by month: the season.

    Attributes
    ----------
    Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov, Dec
        Times the orders of a plain month.
    """

    Jan: Positive = 1.0
    Feb: Positive = 1.0
    Mar: Positive = 1.0
    Apr: Positive = 1.0
    May: Positive = 1.0
    Jun: Positive = 1.0
    Jul: Positive = 1.0
    Aug: Positive = 1.0
    Sep: Positive = 1.0
    Oct: Positive = 1.0
    Nov: Positive = 1.0
    Dec: Positive = 1.0

    @property
    def multipliers(self) -> tuple[float, ...]:
        """January to December."""
        return tuple(getattr(self, name) for name in type(self).model_fields)


class Payday(Strict):
    """Late in the month, when salaries arrive, people order more.

    Attributes
    ----------
    from_day
        Day of the month from which on salaries have arrived.
    multiplier
        Times the orders of earlier days.
    """

    from_day: Annotated[int, Field(ge=1, le=31)]
    multiplier: Positive


class Event(Strict):
    """Days of the year, bounds included, on which more is ordered, perhaps at a discount.

    Attributes
    ----------
    from, to
        First and last day, both included; split an event at New Year.
    multiplier
        Times the orders of the same day without the event; overlapping events multiply.
    discount_percent
        Percent off every line; the deepest of overlapping events counts. 0 leaves the everyday discount.
    """

    from_: MonthDay = Field(alias="from")
    to: MonthDay
    multiplier: Positive
    discount_percent: Percent = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ > self.to:
            raise ValueError(f"'from' ({self.from_}) is after 'to' ({self.to}); split it at New Year")
        return self

    def covers(self, day: dt.date) -> bool:
        """Whether the event is on."""
        return self.from_ <= f"{day:%m-%d}" <= self.to


class Demand(Strict):
    """How many orders are expected when and where: the intensity of the Poisson process.

    With `deal: exact` just so many orders are spread over the horizon by the same intensity, and with
    `follows_customers` it is in proportion to the customers who have registered before the day.

    Attributes
    ----------
    orders
        Orders of the whole horizon, expected or exact.
    deal
        Whether the total is exact or expected.
    follows_customers
        Whether demand grows with the customers registered.
    growth_per_day
        Linear trend: a day's factor is 1 + growth_per_day times the days since the first.
    shops
        Shop: weight of its demand beside the others'.
    opens_at, closes_at
        First and last time of day at which orders come.
    """

    orders: Positive
    deal: Deal = "expected"
    follows_customers: bool = False
    growth_per_day: Finite = 0.0
    shops: Annotated[dict[Code, Positive], Field(min_length=1, max_length=200)]
    weekday: Weekdays = Weekdays()
    months: Months = Months()
    payday: Payday = Payday(from_day=1, multiplier=1.0)
    events: dict[Identifier, Event] = {}
    opens_at: ClockTime
    closes_at: ClockTime

    @property
    def opening_seconds(self) -> tuple[int, int]:
        """First and last second of the day at which orders come, both included."""
        first, last = ((dt.datetime.strptime(t, "%H:%M:%S")) for t in (self.opens_at, self.closes_at))
        return tuple(t.hour * 3600 + t.minute * 60 + t.second for t in (first, last))  # type: ignore[return-value]  # two in, two out

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.opens_at >= self.closes_at:
            raise ValueError(f"opens_at ({self.opens_at}) must be before closes_at ({self.closes_at})")
        if 1 + self.growth_per_day * 365 <= 0:
            raise ValueError("growth_per_day lets demand fall below zero within the year")
        return self
