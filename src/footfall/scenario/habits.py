"""What customers differ in beside how often they order: each key is off where it is not given."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from footfall.scenario.strict import Strict

Correlation = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]


class Habits(Strict):
    """Habits of customers: of each kind a customer has a standard normal score of its own.

    The laws of the whole shop stay: planning solves each habit on the customers' expected orders, so that
    all customers together have the basket sizes and the SKUs that the scenario asks for.

    Attributes
    ----------
    basket_size_correlation
        Correlation of the normal scores of the basket sizes of two orders of a customer.
    price_tilt
        Odds of a SKU of a category rise by exp(price_tilt) with a standard deviation of the customer's score
        and one of the price's.
    """

    basket_size_correlation: Correlation | None = None
    price_tilt: Annotated[float, Field(gt=0, le=3, allow_inf_nan=False)] | None = None
