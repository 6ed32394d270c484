"""Business figures that the published data must show, and what planning may bend to reach them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from footfall.scenario.strict import Code, NotNegative, Positive, Share, Strict

Correlation = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Month = Annotated[int, Field(ge=1, le=12)]


class Target(Strict):
    """A business figure that planning steers to and the contract checks.

    Attributes
    ----------
    value
        The figure.
    tolerance
        How far the published data may be off.
    """

    value: Positive
    tolerance: Positive


class TopShare(Target):
    """Share of a whole that its largest part carries: units by SKUs, revenue by customers.

    Attributes
    ----------
    top
        Which part of the SKUs or customers counts as the largest.
    """

    top: Annotated[float, Field(gt=0, lt=1)]


class TopCustomerShare(TopShare):
    """Share of revenue of the best customers, over all orders and over those that count in the end.

    Attributes
    ----------
    settled_statuses
        Statuses of the orders that count in the end.
    settled_tolerance
        Tolerance over those orders alone.
    """

    settled_statuses: list[Code] = []
    settled_tolerance: Positive


class Targets(Strict):
    """Figures that planning solves its knobs for; those not given are left as they fall.

    Attributes
    ----------
    marketing_share_tolerance
        How far the spend over the revenue that it leads may be off `marketing.revenue_share`.
    weekend_above_workdays
        Whether Saturday and Sunday each have more orders than every workday.
    """

    order_value: Target | None = None
    gross_margin: Target | None = None
    top_sku_share: TopShare
    top_customer_share: TopCustomerShare | None = None
    marketing_share_tolerance: Positive | None = None
    weekend_above_workdays: bool = False


class Season(Strict):
    """In each year the mean revenue of some months is so many times that of others.

    Attributes
    ----------
    months, over
        Months of the season, and those that they are compared with, 1 to 12.
    times_min
        Least ratio of their mean revenues.
    """

    months: Annotated[list[Month], Field(min_length=1)]
    over: Annotated[list[Month], Field(min_length=1)]
    times_min: Positive


class PriceRating(Strict):
    """Dearer SKUs rate better, within limits: rank correlation, and stars between price quartiles.

    Attributes
    ----------
    correlation_min, correlation_max
        Bounds of the rank correlation of price and mean rating.
    quartile_stars_min
        Least distance between the mean ratings of the dearest and the cheapest quarter, in stars.
    """

    correlation_min: Correlation
    correlation_max: Correlation
    quartile_stars_min: NotNegative


class NextOrder(Strict):
    """Share of the customers with so many orders who place one more within the horizon.

    Attributes
    ----------
    after
        Orders that a customer has at least.
    share_min, share_max
        Bounds of the share of these customers who have more.
    """

    after: Annotated[int, Field(ge=1, le=1000)]
    share_min: Share
    share_max: Share


class Promises(Strict):
    """Figures that hold by the scenario's laws, without solving; checked where given.

    Attributes
    ----------
    day_order_share_max
        Most of all orders on one day.
    customer_order_share_max
        Most of all orders by one customer.
    registration_day_share_max
        Most of all registrations on one day.
    category_order_value_times_min
        Category: least value of orders with it over that of orders without.
    units_reviews_correlation_min
        Least rank correlation of a SKU's units and reviews.
    new_sku_share_min
        Least share of the SKUs that is listed inside of the horizon.
    """

    day_order_share_max: Share | None = None
    customer_order_share_max: Share | None = None
    registration_day_share_max: Share | None = None
    next_order: list[NextOrder] = []
    season: list[Season] = []
    category_order_value_times_min: dict[Code, Positive] = {}
    price_rating: PriceRating | None = None
    units_reviews_correlation_min: Correlation | None = None
    new_sku_share_min: Share | None = None


class Free(Strict):
    """How far planning may bend what it is free to choose.

    Attributes
    ----------
    coupling_max
        Most that price and cost share may be rank-correlated with what sells.
    popularity_power_max
        Greatest power of `sales_rank` that makes the sales weight.
    customer_weight_sd_max
        Greatest spread of how often customers order.
    """

    coupling_max: Annotated[float, Field(gt=0, lt=1)]
    popularity_power_max: Positive
    customer_weight_sd_max: Positive = 2.0
