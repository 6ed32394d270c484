"""What customers differ in beside how often they order: each key is off where it is not given."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from footfall.scenario.strict import Share, Strict

Correlation = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]


class Lifetime(Strict):
    """Customers drop out: how long each stays has a Pareto law of the second kind (Lomax).

    P(still active after d days) = (b / (b + d))^shape, which is an exponential law whose rate differs from
    customer to customer by a gamma law: the Pareto/NBD model (Schmittlein, Morrison and Colombo 1987,
    "Counting your customers"). b follows from the median. A customer is active on the day after the
    registration in any case. On a day on which nobody is active, all who have registered are.

    Attributes
    ----------
    median_days
        Days after which half of the customers have dropped out.
    shape
        Exponent of the tail; the smaller, the longer those who stay do so.
    """

    median_days: Annotated[float, Field(gt=0, le=36_500, allow_inf_nan=False)]
    shape: Annotated[float, Field(ge=0.1, le=100, allow_inf_nan=False)] = 1.0


class Favourites(Strict):
    """A customer buys some SKUs again and again: in each category a few favourites, dealt by sales weight.

    Attributes
    ----------
    share
        Share of the lines that are one of the customer's favourites of the line's category; each favourite is
        as likely as another.
    skus
        Favourites of a customer in a category.
    """

    share: Share
    skus: Annotated[int, Field(ge=1, le=100)]


class Habits(Strict):
    """Habits of customers: of each kind a customer has a standard normal score of its own.

    The laws of the whole shop stay: planning solves each habit on the customers' expected orders, so that
    all customers together have the basket sizes and the SKUs that the scenario asks for.

    Attributes
    ----------
    basket_size_correlation
        Correlation of the normal scores of the basket sizes of two orders of a customer.
    return_correlation
        Correlation of the normal scores by which two lines of a customer are sent back.
    price_tilt
        Odds of a SKU of a category rise by exp(price_tilt) with a standard deviation of the customer's score
        and one of the price's.
    """

    basket_size_correlation: Correlation | None = None
    price_tilt: Annotated[float, Field(gt=0, le=3, allow_inf_nan=False)] | None = None
    favourites: Favourites | None = None
    return_correlation: Correlation | None = None
