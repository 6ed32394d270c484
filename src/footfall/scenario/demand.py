"""How many orders are expected when and where."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from footfall.scenario.defects import Contradiction
from footfall.scenario.holidays import Holidays
from footfall.scenario.hours import WEEKDAYS, Hours
from footfall.scenario.noise import DayNoise
from footfall.scenario.strict import (
    ClockTime,
    Code,
    Deal,
    Finite,
    Identifier,
    MonthDay,
    NotNegative,
    Percent,
    Positive,
    Strict,
)


class Weekdays(Strict):
    """Multiplier of expected orders by day of the week.

    Attributes
    ----------
    Mon, Tue, Wed, Thu, Fri, Sat, Sun
        Times the orders of a plain day; 0 on a day on which all shops are closed.
    """

    Mon: NotNegative = 1.0
    Tue: NotNegative = 1.0
    Wed: NotNegative = 1.0
    Thu: NotNegative = 1.0
    Fri: NotNegative = 1.0
    Sat: NotNegative = 1.0
    Sun: NotNegative = 1.0

    @property
    def multipliers(self) -> tuple[float, ...]:
        """Monday to Sunday."""
        return (self.Mon, self.Tue, self.Wed, self.Thu, self.Fri, self.Sat, self.Sun)


class Months(Strict):
    """Multiplier of expected orders by month: the season.

    Attributes
    ----------
    Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov, Dec
        Times the orders of a plain month; 0 in a month in which all shops are closed.
    """

    Jan: NotNegative = 1.0
    Feb: NotNegative = 1.0
    Mar: NotNegative = 1.0
    Apr: NotNegative = 1.0
    May: NotNegative = 1.0
    Jun: NotNegative = 1.0
    Jul: NotNegative = 1.0
    Aug: NotNegative = 1.0
    Sep: NotNegative = 1.0
    Oct: NotNegative = 1.0
    Nov: NotNegative = 1.0
    Dec: NotNegative = 1.0

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
        Times the orders of the same day without the event; overlapping events multiply, and 0 closes.
    discount_percent
        Percent off every line; the deepest of overlapping events counts. 0 leaves the everyday discount.
    """

    from_: MonthDay = Field(alias="from")
    to: MonthDay
    multiplier: NotNegative
    discount_percent: Percent = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ > self.to:
            raise Contradiction(
                f"'from' ({self.from_}) is after 'to' ({self.to}); split it at New Year", "from", "to"
            )
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
    holidays
        Public holidays of the shops' places, with a multiplier of their own.
    noise
        Days that are busier or quieter than the calendar says; none where not given.
    opens_at, closes_at
        First and last time of day at which orders come.
    hours
        How orders are spread over the opening hours; evenly where not given.
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
    holidays: Holidays | None = None
    noise: DayNoise | None = None
    opens_at: ClockTime
    closes_at: ClockTime
    hours: Hours | None = None

    @property
    def opening_seconds(self) -> tuple[int, int]:
        """First and last second of the day at which orders come, both included."""
        first, last = (dt.time.fromisoformat(t) for t in (self.opens_at, self.closes_at))
        return tuple(t.hour * 3600 + t.minute * 60 + t.second for t in (first, last))  # type: ignore[return-value]  # two in, two out

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.opens_at >= self.closes_at:
            raise Contradiction(
                f"opens_at ({self.opens_at}) must be before closes_at ({self.closes_at})",
                *("opens_at", "closes_at"),
            )
        if 1 + self.growth_per_day * 365 <= 0:
            raise Contradiction(
                "growth_per_day lets demand fall below zero within the year", "growth_per_day"
            )
        for name, values in (("weekday", self.weekday.multipliers), ("months", self.months.multipliers)):
            if not any(values):
                raise Contradiction(
                    f"{name} leaves no day on which anything is ordered; let one be above 0", name
                )
        if self.hours:
            opens, closes = (second // 3600 for second in self.opening_seconds)
            for day, profile in zip(WEEKDAYS, self.hours.by_weekday, strict=True):
                if not any(profile[opens : closes + 1]):
                    raise Contradiction(
                        f"hours gives {day} no weight from {self.opens_at} to {self.closes_at}; "
                        f"give it some, or close the day by weekday.{day}: 0",
                        *(("hours", day), ("hours", "every_day"), "opens_at", "closes_at"),
                    )
        return self
