"""Business figures that the published data must show, and what planning may bend to reach them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from footfall.scenario.strict import Code, NotNegative, Positive, Share, Strict

Correlation = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Month = Annotated[int, Field(ge=1, le=12)]
OpenShare = Annotated[float, Field(gt=0, lt=1)]


class Target(Strict):
    """A business figure that planning steers to and the contract checks.

    Attributes
    ----------
    value
        The figure.
    tolerance
        How far the published data may be off; five standard errors of the published year, and at least a
        thousandth of the value, where not given.
    """

    value: Positive
    tolerance: Positive | None = None


class ShareTarget(Target):
    """A target that is a share of a whole.

    Attributes
    ----------
    value
        The share.
    """

    value: OpenShare


class CategoryShare(ShareTarget):
    """What a category carries of the whole.

    Attributes
    ----------
    of
        The whole: revenue, or units.
    """

    of: Literal["revenue", "units"] = "revenue"


class MarketingShare(Strict):
    """The spend over the revenue that it leads.

    Attributes
    ----------
    value
        The ratio; `marketing.revenue_share` where not given.
    tolerance
        How far the published data may be off; five standard errors of the published year, and at least a
        thousandth of the value, where not given.
    """

    value: Positive | None = None
    tolerance: Positive | None = None


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
        Tolerance over those orders alone; that over all orders where not given.
    """

    settled_statuses: list[Code] = []
    settled_tolerance: Positive | None = None


class Targets(Strict):
    """Figures of the whole horizon that planning solves its knobs for; those not given are left as they fall.

    Attributes
    ----------
    orders
        Orders of all shops together. Where `demand.deal` is `exact` the data hold just so many; elsewhere
        so many are expected.
    revenue
        What all orders together are worth, whatever becomes of them, in the scenario's currency.
    order_value
        Revenue an order, in the scenario's currency.
    gross_margin
        Revenue less cost, as a share of revenue; all lines.
    net_margin
        The same when returned lines are refunded and their goods written off: the revenue that is kept,
        less the cost of all lines, as a share of the revenue that is kept.
    discount_rate
        Share of the list revenue that is given away: 1 - revenue / (units x list price).
    return_rate
        Share of the lines that are sent back.
    repeat_rate
        Share of the customers with an order who have two or more.
    category_share
        Category: its share of revenue or units.
    weekend_above_workdays
        Whether Saturday and Sunday each have more orders than every workday.
    """

    orders: Target | None = None
    revenue: Target | None = None
    order_value: Target | None = None
    gross_margin: Target | None = None
    net_margin: Target | None = None
    discount_rate: ShareTarget | None = None
    return_rate: ShareTarget | None = None
    repeat_rate: ShareTarget | None = None
    top_sku_share: TopShare | None = None
    top_customer_share: TopCustomerShare | None = None
    category_share: dict[Code, CategoryShare] = {}
    marketing_share: MarketingShare | None = None
    weekend_above_workdays: bool = False

    def scaled(self, factor: float) -> Self:
        """Return the targets of a shop with `factor` times the orders: orders and revenue grow with it."""
        grown = {
            name: asked.model_copy(
                update={
                    "value": asked.value * factor,
                    "tolerance": asked.tolerance and asked.tolerance * factor,
                }
            )
            for name, asked in (("orders", self.orders), ("revenue", self.revenue))
            if asked is not None
        }
        return self.model_copy(update=grown)


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
    season
        Months that sell more than others; not with `demand.noise`.
    day_order_share_max
        Most of all orders on one day; not with `demand.noise`.
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


class Bounds(Strict):
    """How far a knob may be bent; what the scenario asks for lies between.

    Attributes
    ----------
    min, max
        Least and greatest value, both allowed.
    """

    min: Positive
    max: Positive

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min ({self.min:g}) must not be above max ({self.max:g})")
        return self


class Free(Strict):
    """The knobs that planning may bend, and how far; those not given stay where the scenario has them.

    Attributes
    ----------
    coupling_max
        Most that price and cost share may be rank-correlated with what sells; from 0.
    popularity_power_max
        Greatest power of `sales_rank` that makes the sales weight; from 1.
    customer_weight_sd_max
        Greatest spread of how often registered customers order.
    price_level
        Factor on every price law; from 1.
    cost_level
        Factor on the law of the cost share; from 1.
    return_level
        Factor on every category's mean probability of a return; from 1.
    discount_level
        Factor on the shares of the lines that have an everyday discount; from 1.
    category_weight
        The `weight` of each category that `targets.category_share` names.
    orders
        `demand.orders`, and with it `basket.lines`.
    customer_pool
        `customers.pool`.
    rarest_orders
        `customers.rarest_orders`: the fewer, the more unequal customers of a pool are.
    marketing_share
        `marketing.revenue_share`, and with it its standard deviation.
    """

    coupling_max: Annotated[float, Field(gt=0, lt=1)] | None = None
    popularity_power_max: Positive | None = None
    customer_weight_sd_max: Positive = 2.0
    price_level: Bounds | None = None
    cost_level: Bounds | None = None
    return_level: Bounds | None = None
    discount_level: Bounds | None = None
    category_weight: Bounds | None = None
    orders: Bounds | None = None
    customer_pool: Bounds | None = None
    rarest_orders: Bounds | None = None
    marketing_share: Bounds | None = None

    def scaled(self, factor: float, orders: float, pool: int) -> Self:
        """Return the bounds of a shop with `factor` times the orders and customers, as they come out."""
        grown = {
            name: Bounds(min=min(bounds.min * factor, start), max=max(bounds.max * factor, start))
            for name, bounds, start in (
                ("orders", self.orders, orders),
                ("customer_pool", self.customer_pool, float(pool)),
            )
            if bounds is not None
        }
        return self.model_copy(update=grown)
