"""Who reviews what, when, and how well."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from footfall.scenario.defects import Contradiction
from footfall.scenario.strict import Code, CountMix, Deal, Positive, Share, Strict


class Delay(Strict):
    """Log-normal days from one happening to the next, at least `min_days`.

    Attributes
    ----------
    median_days
        Median of the days.
    sigma
        Standard deviation of their logarithm.
    min_days
        Least days.
    """

    median_days: Positive
    sigma: Positive
    min_days: Annotated[int, Field(ge=1)]


class Quality(Strict):
    """What a rating follows: standard normal scores are mixed with these weights, the rest is noise.

    The product's price among all and inside of its category, and the product itself.

    Attributes
    ----------
    price
        Weight of the price among all SKUs.
    price_in_category
        Weight of the price among the SKUs of the category.
    product
        Weight of the SKU itself.
    late
        What a late delivery takes off a review's score, in its standard deviations.
    """

    price: Share
    price_in_category: Share
    product: Share
    late: Positive | None = None

    @model_validator(mode="after")
    def _room(self) -> Self:
        if self.price**2 + self.price_in_category**2 + self.product**2 >= 1:
            raise Contradiction(
                "the squares of the weights must stay below 1, so that there is room for noise",
                *("price", "price_in_category", "product"),
            )
        return self


class Reviews(Strict):
    """Reviews by customers who bought, one a customer and SKU, with the mix of their ratings.

    Attributes
    ----------
    count
        How many reviews there are.
    deal
        Whether their number is exact or expected.
    statuses
        Statuses of orders whose lines may be reviewed.
    """

    count: Annotated[int, Field(ge=1)]
    deal: Deal = "expected"
    statuses: Annotated[list[Code], Field(min_length=1)]
    ratings: CountMix
    quality: Quality
    delay: Delay
