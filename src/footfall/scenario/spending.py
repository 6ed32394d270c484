"""What the shop spends on marketing, and what it plans."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from footfall.scenario.strict import Positive, Strict


class Marketing(Strict):
    """Spend is a noisy share of the revenue that follows it by some days.

    Attributes
    ----------
    revenue_share, revenue_share_sd
        Mean and standard deviation of the spend over the revenue that it leads.
    lead_days
        Days from spend to revenue.
    """

    revenue_share: Positive
    revenue_share_sd: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    lead_days: Annotated[int, Field(ge=0, le=60)]


class Budget(Strict):
    """A plan that looks like a forecast: trailing mean of daily revenue, a bias, monthly.

    Attributes
    ----------
    window_days
        Days of the trailing mean.
    biases_percent
        Percent of the smoothed revenue that is planned; one is drawn for each month and shop.
    """

    window_days: Annotated[int, Field(ge=1, le=28)]
    biases_percent: Annotated[list[Annotated[int, Field(gt=0, le=1000)]], Field(min_length=1)]
