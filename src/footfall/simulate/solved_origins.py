"""What planning settles before anything is made: days, knobs that targets turn, customers, new prices."""

from __future__ import annotations

from collections.abc import Mapping

from footfall.simulate.conditions import both, given
from footfall.simulate.origins import Node, Origin

DAYS, NOISE = ("plan", "weights of days"), ("plan", "good and bad days")
SIZES, WEIGHTS, LINES = ("plan", "basket sizes"), ("plan", "sales weights"), ("plan", "lines of each SKU")
PRICES, COSTS, RETURNS = ("plan", "bent prices"), ("plan", "bent costs"), ("plan", "bent returns")
DISCOUNTS, ORDERS, MARKETING = ("plan", "bent discounts"), ("plan", "bent orders"), ("plan", "bent marketing")
POOL, REGISTRY, POOL_SIZE = ("plan", "customer pool"), ("plan", "customer weights"), ("plan", "bent pool")
PRICE_CHANGES, MOVES, TOWNS = ("plan", "changes of prices"), ("plan", "customers' moves"), ("plan", "places")
LOCALES = ("customers.locales",)
_POWER, _CATEGORIES = ("plan", "popularity power"), ("plan", "category weights")
_REVENUE_SHARES, _DAYS_ON_SALE = ("plan", "revenue of categories"), ("plan", "days on sale")
_EXACT_LINES, _PAIRS = ("plan", "exact total of lines"), ("plan", "pairs of sub-categories")
_BY_REVENUE, _NET, _RETURNS_FOR_NET = (
    *(("plan", "orders for revenue"), ("plan", "net margin")),
    ("plan", "returns for the net margin"),
)
_SPREAD, _BEST, _REPEAT = (
    *(("plan", "bent inequality of customers"), ("plan", "best customers")),
    ("plan", "customers who order again"),
)
_ORDERS_BY_REVENUE = ("plan", "orders that revenue takes")
_LIFETIMES = ("plan", "customers' lifetimes")

SOLVED: Mapping[Node, Origin] = {
    DAYS: Origin(
        "Each day has a weight: trend, weekday, month, payday, events and the shops' holidays, and the "
        "customers registered before it.",
        keys=(
            *("year", "years", "demand.growth_per_day", "demand.weekday", "demand.months", "demand.payday"),
            *("demand.events", "demand.holidays", "demand.follows_customers", "shops.*.opened"),
        ),
        follows=(("customer", "registered"),),
    ),
    NOISE: Origin(
        "Each day is busier or quieter than its weight says, by a log-normal factor that remembers the day "
        "before.",
        streams=("demand.noise",),
        keys=("demand.noise",),
        needs=given("demand.noise"),
    ),
    SIZES: Origin("The mix of basket sizes.", keys=("basket.size",), follows=(_EXACT_LINES,)),
    _EXACT_LINES: Origin(
        "An exact total of lines bends the mix as little as it can.",
        keys=("basket.lines", "demand.orders"),
        follows=(ORDERS,),
        needs=given("basket.lines"),
    ),
    WEIGHTS: Origin(
        "Sales weights are sales_rank to a power, times the category's weight.",
        keys=("catalog.categories.*.weight",),
        follows=(("product", "sales_rank"), _POWER, _CATEGORIES),
    ),
    _POWER: Origin(
        "The power is solved so that the best SKUs carry their share of the units.",
        keys=("targets.top_sku_share", "free.popularity_power_max"),
        follows=(LINES,),
        needs=both(given("targets.top_sku_share"), given("free.popularity_power_max")),
    ),
    _CATEGORIES: Origin(
        "Weights of categories are solved so that these carry their shares.",
        keys=("targets.category_share", "free.category_weight"),
        follows=(LINES, _REVENUE_SHARES),
        needs=both(given("targets.category_share"), given("free.category_weight")),
    ),
    _REVENUE_SHARES: Origin(
        "Shares of revenue follow from prices and discounts.",
        keys=("discount", "demand.events"),
        follows=(("product", "price"), DISCOUNTS, DAYS),
        needs=lambda scenario: any(
            share.of == "revenue" for share in scenario.targets.category_share.values()
        ),
    ),
    LINES: Origin(
        "How many lines of each SKU an order is expected to have: by weight, once in a basket, with the "
        "affinities' odds.",
        keys=("basket.affinity",),
        follows=(WEIGHTS, SIZES, _DAYS_ON_SALE),
    ),
    _DAYS_ON_SALE: Origin(
        "SKUs sell on some days only, or more on some than on others.",
        keys=("promotions",),
        follows=(DAYS, ("product", "created"), ("product", "delisted")),
        needs=given("catalog.listed", "catalog.delisted", "promotions"),
    ),
    DISCOUNTS: Origin(
        "Everyday discounts are so much more or less frequent that the discount rate is expected.",
        keys=("targets.discount_rate", "free.discount_level"),
        follows=(LINES, DAYS, ("product", "price")),
        needs=both(given("targets.discount_rate"), given("free.discount_level")),
    ),
    PRICES: Origin(
        "The level of all prices, and then how strongly popularity and price are coupled, are solved so that "
        "the order value, or the revenue, is expected.",
        keys=(
            *("targets.order_value", "targets.revenue", "free.coupling_max", "free.price_level"),
            *("basket.quantity", "discount"),
        ),
        follows=(LINES, DAYS, DISCOUNTS, _BY_REVENUE),
        needs=both(
            given("targets.order_value", "targets.revenue"), given("free.coupling_max", "free.price_level")
        ),
    ),
    _BY_REVENUE: Origin(
        "The order value that brings the revenue depends on how many orders there are.",
        keys=("demand.orders", "targets.orders", "free.orders"),
        needs=given("targets.revenue"),
    ),
    COSTS: Origin(
        "The level of all shares of cost, and then how strongly takings and cost share are coupled, are "
        "solved so that the margin is expected.",
        keys=(
            "targets.gross_margin",
            "targets.net_margin",
            "free.cost_level",
            "free.coupling_max",
            "discount",
        ),
        follows=(("product", "price"), LINES, DAYS, DISCOUNTS, _NET),
        needs=both(
            given("targets.gross_margin", "targets.net_margin"), given("free.cost_level", "free.coupling_max")
        ),
    ),
    _NET: Origin(
        "Returned goods are refunded and written off.",
        follows=(("product", "return_probability"),),
        needs=lambda s: s.targets.net_margin is not None and s.targets.gross_margin is None,
    ),
    RETURNS: Origin(
        "The level of all chances of a return is solved so that the return rate, or what costs leave of the "
        "net margin, is expected.",
        keys=("targets.return_rate", "free.return_level"),
        follows=(LINES, _RETURNS_FOR_NET),
        needs=both(given("targets.return_rate", "targets.net_margin"), given("free.return_level")),
    ),
    _RETURNS_FOR_NET: Origin(
        "The net margin follows from prices and costs, too.",
        keys=("targets.net_margin",),
        follows=(("product", "cost"),),
        needs=lambda s: s.targets.net_margin is not None and s.targets.return_rate is None,
    ),
    ORDERS: Origin(
        "How many orders are asked for is bent to their target, or to the revenue's.",
        keys=("targets.orders", "free.orders"),
        follows=(_ORDERS_BY_REVENUE,),
        needs=both(given("targets.orders", "targets.revenue"), given("free.orders")),
    ),
    _ORDERS_BY_REVENUE: Origin(
        "Revenue over the order value.",
        keys=("targets.revenue", "basket.quantity", "discount"),
        follows=(("product", "price"), LINES, DAYS, DISCOUNTS),
        needs=lambda s: s.targets.revenue is not None and s.targets.orders is None,
    ),
    MARKETING: Origin(
        "The share of revenue that is spent is bent to its target.",
        keys=("targets.marketing_share", "free.marketing_share"),
        needs=both(given("targets.marketing_share.value"), given("free.marketing_share")),
    ),
    POOL: Origin(
        "Customers of a home shop have Zipf-Mandelbrot weights; the offset is solved for the rarest one.",
        streams=("customer.id",),
        keys=("customers.pool", "customers.exponent", "customers.rarest_orders"),
        follows=(("order", "shop"), POOL_SIZE, _SPREAD),
        needs=given("customers.exponent"),
    ),
    REGISTRY: Origin(
        "Registered customers have log-normal weights, and none is expected to order too much of all.",
        streams=("customer.weight",),
        keys=("promises.customer_order_share_max",),
        follows=(("customer", "registered"), _SPREAD, _LIFETIMES),
        needs=given("customers.registered"),
    ),
    _LIFETIMES: Origin(
        "Customers drop out after a Lomax time from their registration; who has done so is redrawn.",
        streams=("customer.lifetime", "order.customer.*"),
        keys=("customers.registered.lifetime",),
        needs=given("customers.registered.lifetime"),
    ),
    _SPREAD: Origin(
        "How unequal customers are is solved on the data set's own orders.",
        keys=("free.customer_weight_sd_max", "free.rarest_orders"),
        follows=(_BEST, _REPEAT),
        needs=both(
            given("targets.top_customer_share", "targets.repeat_rate"),
            given("customers.registered", "free.rarest_orders"),
        ),
    ),
    _BEST: Origin(
        "The best customers bring their share of revenue.",
        keys=("targets.top_customer_share",),
        follows=(("line", "total"),),
        needs=given("targets.top_customer_share"),
    ),
    _REPEAT: Origin(
        "So many customers order again.",
        keys=("targets.repeat_rate",),
        follows=(("order", "customer"),),
        needs=given("targets.repeat_rate"),
    ),
    POOL_SIZE: Origin(
        "How many customers there are is solved on the data set's own orders.",
        keys=("free.customer_pool",),
        follows=(_REPEAT, _BEST),
        needs=both(given("targets.repeat_rate"), given("free.customer_pool")),
    ),
    PRICE_CHANGES: Origin(
        "A new price is the SKU's first one times a log-normal factor of mean 1, on a day drawn evenly from "
        "each stretch of days; it stays in the bounds and takes an ending. The cost keeps its share.",
        streams=("price.day", "price.change"),
        keys=("catalog.price_changes", "year", "years"),
        follows=(("product", "created"),),
        needs=given("catalog.price_changes"),
    ),
    TOWNS: Origin("Real places of each country.", keys=LOCALES, follows=(("customer", "shop"),)),
    MOVES: Origin(
        "In each 365 days a share of the customers moves, each on a day drawn evenly, within the country.",
        streams=("moved.*",),
        keys=("customers.moves", "year", "years"),
        follows=(("customer", "registered"),),
        needs=given("customers.moves"),
    ),
}
