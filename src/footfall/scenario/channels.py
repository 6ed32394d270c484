"""Marketing by channel, each with a share, a lag and a saturation of its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from footfall.scenario.strict import NotNegative, Positive, Strict


class Channel(Strict):
    """Spend of a channel leads revenue by some days, and brings the less for each unit the more is spent.

    Revenue is expected to go with spend to the power of the elasticity b (constant elasticity; below 1
    returns diminish). So spend(t, shop) = revenue(t + lead, shop) * normal(share, sd) *
    k * (lambda / mean)^(1/b - 1), at the lambda(t + lead, shop) that the calendar expects and its mean over
    the shop's days; k is such that spend is expected to be the share of the revenue of the declared years.

    Attributes
    ----------
    revenue_share, revenue_share_sd
        Mean and standard deviation of the spend over the revenue that it leads, on a day like the mean.
    lead_days
        Days from spend to revenue.
    elasticity
        Percent of revenue that a per cent of spend brings, from busy days to quiet ones; 1 is in proportion.
    """

    revenue_share: Positive
    revenue_share_sd: NotNegative
    lead_days: Annotated[int, Field(ge=0, le=60)]
    elasticity: Annotated[float, Field(ge=0.2, le=1)] = 1.0
