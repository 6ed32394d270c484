"""What changes slowly: list prices, and where customers live; nothing where a scenario doesn't say so."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from footfall.scenario.strict import Strict


class PriceChanges(Strict):
    """List prices change now and then; costs keep their share of them.

    From the first day on, time is cut into stretches of `every_days`. In each of them the price of
    every SKU changes once, on a day that is drawn evenly. A new price is the SKU's first one times
    exp(s z - s^2 / 2), z standard normal and s the standard deviation: one on average, however often
    prices change. It is moved into the bounds of the price law and to an ending; where that leaves it as
    it was, there is no change.

    Attributes
    ----------
    every_days
        Days in which a price changes once.
    sd_percent
        Standard deviation of a price's logarithm about that of the first price, in percent.
    """

    every_days: Annotated[int, Field(ge=7, le=3650)]
    sd_percent: Annotated[float, Field(gt=0, le=50, allow_inf_nan=False)]


class Moves(Strict):
    """Customers move within their country.

    In each 365 days from the first day on, each customer moves with this probability, once at most, on a
    day that is drawn evenly. Who has not registered by then has not moved.

    Attributes
    ----------
    share_a_year
        Share of the customers who move in a year.
    """

    share_a_year: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
