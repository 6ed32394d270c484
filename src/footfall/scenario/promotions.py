"""Categories that are sold off for some days, and more of them then."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from footfall.scenario.defects import Contradiction
from footfall.scenario.strict import Code, MonthDay, Percent, Positive, Strict


class Promotion(Strict):
    """Days of the year, bounds included, on which some categories are sold off, and chosen more often.

    On these days the sales weights of the categories' SKUs are multiplied by the uplift, so that a first line
    is of category c with probability u_c w_c / sum of u w, and later lines alike, by their affinities; within
    a category nothing changes. Uplifts of promotions that run together multiply.

    Attributes
    ----------
    from, to
        First and last day, both included; split a promotion at New Year.
    categories
        Those that are sold off.
    discount_percent
        Percent off every line of them; the deepest of promotions and events counts. 0 leaves the everyday
        discount.
    uplift
        Times the categories' sales weights; how many orders there are is up to `demand.events`.
    """

    from_: MonthDay = Field(alias="from")
    to: MonthDay
    categories: Annotated[list[Code], Field(min_length=1)]
    discount_percent: Percent = 0
    uplift: Positive = 1.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ > self.to:
            raise Contradiction(
                f"'from' ({self.from_}) is after 'to' ({self.to}); split it at New Year", *("from", "to")
            )
        return self

    def covers(self, day: dt.date) -> bool:
        """Whether the promotion runs."""
        return self.from_ <= f"{day:%m-%d}" <= self.to
