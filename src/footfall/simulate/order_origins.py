"""Where orders come from, with their lines and reviews and what follows from them, field by field."""

from __future__ import annotations

from collections.abc import Mapping

from footfall.simulate.conditions import given, several_shops, several_sizes, where
from footfall.simulate.origins import Node, Origin
from footfall.simulate.solved_origins import (
    DAYS,
    DISCOUNTS,
    MARKETING,
    NOISE,
    ORDERS,
    POOL,
    REGISTRY,
    SIZES,
    WEIGHTS,
)

_DRAWN_ROWS, _DRAWN_REVIEWS = ("plan", "number of orders"), ("plan", "number of reviews")
_DRAWN_SHOPS, _HOME_SHOPS = ("plan", "drawn shops"), ("plan", "home shops")
_DRAWN_SIZES = ("plan", "drawn basket sizes")
_OWN_SIZES, _TASTES = ("plan", "customers' basket sizes"), ("plan", "customers' tastes")
_RETURNING = ("plan", "customers' returns")
_PAIRING = ("plan", "sub-categories that go together")
_PAYING_SHOPS, _PAYING_DAYS = ("plan", "shops' ways of payment"), ("plan", "days' ways of payment")
_STATUS_SHOPS, _STATUS_DAYS = ("plan", "shops' statuses"), ("plan", "days' statuses")
_FAVOURITES = ("plan", "customers' favourites")
_PLACE, _SKU, _PURCHASE = ("order", "place in its day"), ("line", "choice of SKU"), ("review", "purchase")

_PROMOTED = ("line", "promotion")
_CHANNELS = ("marketing_channel_day", "channels")

ORDERED: Mapping[Node, Origin] = {
    _DRAWN_ROWS: Origin(
        "Where the number of orders is a matter of chance, it is that of all days.",
        follows=(_PLACE,),
        needs=where("demand.deal", "expected"),
    ),
    _DRAWN_SHOPS: Origin(
        "Where there are several, shops are drawn by their weights.",
        streams=("order.shop",),
        needs=several_shops,
    ),
    _HOME_SHOPS: Origin(
        "While a shop has no registered customers, those of the shop with most order in its place.",
        follows=(("customer", "shop"), ("customer", "registered")),
        needs=given("customers.registered"),
    ),
    ("order", "*"): Origin(
        "As many orders as are asked for, or a Poisson number about it.",
        keys=("demand.orders", "demand.deal"),
        follows=(_DRAWN_ROWS, ORDERS),
    ),
    _PLACE: Origin(
        "How many orders each day has: Poisson about its intensity, or the exact total spread by it. "
        "What is drawn for an "
        "order or line is addressed by the day and the place in it.",
        streams=("order.count",),
        follows=(DAYS, NOISE),
    ),
    ("order", "id"): Origin("Counts up with the time, from 1 on the scenario's first day."),
    ("order", "shop"): Origin(
        "Drawn by the shops' weights.",
        keys=("demand.shops",),
        follows=(_PLACE, _DRAWN_SHOPS, _HOME_SHOPS),
    ),
    ("order", "customer"): Origin(
        "Drawn by the weights of the shop's customers; of registered ones, by those who came before the day.",
        streams=("order.customer",),
        follows=(_PLACE, ("order", "shop"), POOL, REGISTRY),
    ),
    ("order", "time"): Origin(
        "A second of the opening hours, all as likely, or by the weights of the weekday's hours; sorted "
        "within the day.",
        streams=("order.time",),
        keys=("demand.opens_at", "demand.closes_at", "demand.hours"),
        follows=(_PLACE,),
    ),
    ("order", "date"): Origin("The day whose count the order is of.", follows=(_PLACE,)),
    ("order", "status"): Origin(
        "The youngest orders are in progress, the younger the likelier; the others are dealt by the mix.",
        streams=("order.status", "order.status.*"),
        keys=("fulfilment",),
        follows=(_STATUS_SHOPS, _STATUS_DAYS),
    ),
    _STATUS_SHOPS: Origin(
        "Shops may have shares of the statuses of their own.",
        keys=("fulfilment.by_shop",),
        follows=(("order", "shop"),),
        needs=given("fulfilment.by_shop"),
    ),
    _STATUS_DAYS: Origin(
        "From some days on the statuses have other shares.",
        keys=("fulfilment.changes",),
        follows=(_PLACE,),
        needs=given("fulfilment.changes"),
    ),
    ("order", "payment"): Origin(
        "Dealt or drawn by the mix, or by that of the order's shop.",
        streams=("order.payment",),
        keys=("payment",),
        follows=(_PAYING_SHOPS, _PAYING_DAYS),
    ),
    _PAYING_DAYS: Origin(
        "From some days on the ways of payment have other shares.",
        keys=("payment.changes",),
        follows=(_PLACE,),
        needs=given("payment.changes"),
    ),
    _PAYING_SHOPS: Origin(
        "Shops may have shares of the ways of payment of their own.",
        keys=("payment.by_shop",),
        follows=(("order", "shop"),),
        needs=given("payment.by_shop"),
    ),
    ("order", "shipping_address"): Origin(
        "The customer's address; for a share of the orders another one, made in the same way.",
        streams=("order.elsewhere", "elsewhere.*"),
        keys=("shipping",),
        follows=(("order", "customer"), ("customer", "address"), ("customer", "city")),
    ),
    ("order", "promised"): Origin(
        "So many days after the order.", keys=("arrival.delivery",), follows=(_PLACE,)
    ),
    ("order", "delivered"): Origin(
        "A log-normal number of days after the order; for a share of the orders, after the day promised.",
        streams=("order.late", "order.delivery", "order.lateness"),
        keys=("arrival.delivery",),
        follows=(_PLACE,),
        needs=given("arrival.delivery"),
    ),
    ("order", "total"): Origin("The sum of the order's line totals.", follows=(("line", "total"),)),
    ("line", "*"): Origin(
        "The lines of each order, by the mix of basket sizes; their total is exact where that is asked for.",
        keys=("basket.size", "basket.lines", "basket.deal"),
        follows=(("order", "*"), SIZES, _DRAWN_SIZES, _OWN_SIZES),
    ),
    _DRAWN_SIZES: Origin(
        "Where sizes differ, orders draw theirs, or they are dealt out.",
        streams=("basket.size",),
        needs=several_sizes,
    ),
    _OWN_SIZES: Origin(
        "Each customer has a class, and each class a law of basket sizes; all together follow the mix.",
        streams=("customer.basket_size",),
        keys=("customers.habits.basket_size_correlation",),
        follows=(("order", "customer"),),
        needs=given("customers.habits.basket_size_correlation"),
    ),
    _TASTES: Origin(
        "Each customer has a class, and each class sales weights that lean to dear or to cheap SKUs.",
        streams=("customer.price_class",),
        keys=("customers.habits.price_tilt",),
        follows=(("order", "customer"), ("product", "price")),
        needs=given("customers.habits.price_tilt"),
    ),
    _PAIRING: Origin(
        "After a first item of each sub-category, others of a later one's category sell more, or less.",
        keys=("basket.sub_category_affinity",),
        follows=(("product", "sub_category"),),
        needs=given("basket.sub_category_affinity"),
    ),
    _FAVOURITES: Origin(
        "A share of the lines are favourites of their customers, who have some in each category, dealt by "
        "the sales weights from the keenest customer to the rarest.",
        streams=("basket.favourite.*", "customer.favourite", "customer.favourite.group"),
        keys=("customers.habits.favourites",),
        follows=(("order", "customer"),),
        needs=given("customers.habits.favourites"),
    ),
    ("line", "order"): Origin("The order that the basket is of."),
    ("line", "number"): Origin("Counts up in the basket."),
    ("line", "id"): Origin("Counts up over all baskets."),
    _SKU: Origin(
        "The first line's category is drawn by weight, later ones' with the affinities' odds; then a SKU "
        "by weight, "
        "once in a basket, and only while it sells.",
        streams=("basket.category", "basket.sku.*"),
        keys=("basket.affinity", "promotions"),
        follows=(
            *(_PLACE, ("product", "created"), ("product", "delisted"), WEIGHTS),
            *(_TASTES, _FAVOURITES, _PAIRING),
        ),
    ),
    ("line", "product"): Origin("The number of the SKU that was chosen.", follows=(_SKU, ("product", "id"))),
    ("line", "quantity"): Origin(
        "Drawn by the mix of quantities.",
        streams=("line.quantity",),
        keys=("basket.quantity",),
        follows=(_PLACE,),
    ),
    _PROMOTED: Origin(
        "Lines of categories that are sold off have their promotion's discount.",
        keys=("promotions",),
        follows=(_SKU, ("product", "category")),
        needs=given("promotions"),
    ),
    ("line", "discount"): Origin(
        "On days of an event with a discount, or of a promotion of the SKU's category, that one; else dealt "
        "or drawn by the mix.",
        streams=("line.discount",),
        keys=("discount", "demand.events"),
        follows=(_PROMOTED, DISCOUNTS),
    ),
    ("line", "list_price"): Origin("The price of the line's SKU.", follows=(_SKU, ("product", "price"))),
    ("line", "unit_price"): Origin(
        "The price of the line's SKU less the line's discount, rounded half up to the cent.",
        follows=(_SKU, ("product", "price"), ("line", "discount")),
    ),
    ("line", "total"): Origin(
        "Units times price less discount, rounded half up once for the line or once a unit, as asked for.",
        follows=(("line", "quantity"), ("line", "unit_price")),
    ),
    ("line", "is_returned"): Origin(
        "Drawn with the return probability of the line's SKU, or that of the customer's class for it.",
        streams=("line.return",),
        follows=(_SKU, ("product", "return_probability"), _RETURNING),
    ),
    _RETURNING: Origin(
        "Each customer has a class, and each class return probabilities; all together have the SKU's.",
        streams=("customer.return_class",),
        keys=("customers.habits.return_correlation",),
        follows=(("order", "customer"), _OWN_SIZES),
        needs=given("customers.habits.return_correlation"),
    ),
    ("review", "*"): Origin(
        "As many reviews as are asked for, or about as many.",
        keys=("reviews.count", "reviews.deal"),
        follows=(_DRAWN_REVIEWS,),
    ),
    _DRAWN_REVIEWS: Origin(
        "Where the number of reviews is a matter of chance, it follows from the purchases and their keys.",
        follows=(_PURCHASE,),
        needs=where("reviews.deal", "expected"),
    ),
    _PURCHASE: Origin(
        "Of all purchases of the statuses asked for, those with the smallest keys, one a customer and "
        "SKU, whose day "
        "falls within the horizon.",
        streams=("review.key", "review.delay"),
        keys=("reviews.statuses", "reviews.delay"),
        follows=(("line", "*"), _SKU, ("order", "customer"), ("order", "status"), ("order", "delivered")),
    ),
    ("review", "id"): Origin("Counts up with the day."),
    ("review", "product"): Origin("The SKU of the purchase.", follows=(_PURCHASE, ("product", "id"))),
    ("review", "customer"): Origin("The customer of the purchase.", follows=(_PURCHASE,)),
    ("review", "date"): Origin("The order's day and a log-normal delay.", follows=(_PURCHASE,)),
    ("review", "rating"): Origin(
        "Scores of price, price in the category, the product and the customer's mood are ranked, and the "
        "mix of stars "
        "is laid over them.",
        streams=("review.mood", "product.quality"),
        keys=("reviews.ratings", "reviews.quality"),
        follows=(_PURCHASE, ("product", "price")),
    ),
    ("review", "text"): Origin(
        "Sentences that fit the stars, about the noun and facets of the SKU's sub-category.",
        streams=("review.*",),
        keys=("catalog.categories.*.sub_categories",),
        follows=(("review", "rating"), ("product", "sub_category")),
    ),
    ("marketing_day", "*"): Origin("Each day and shop once.", keys=("year", "years", "demand.shops")),
    ("marketing_day", "date"): Origin("Each day of the horizon."),
    ("marketing_day", "shop"): Origin("Each shop, in the scenario's order."),
    ("marketing_day", "spend"): Origin(
        "The shop's revenue some days later times a normal share, never below nought.",
        streams=("marketing.share",),
        keys=("marketing",),
        follows=(("line", "total"), ("order", "shop"), MARKETING),
    ),
    ("marketing_channel_day", "*"): Origin(
        "Each day, shop and channel once.",
        keys=("year", "years", "demand.shops"),
        follows=(_CHANNELS,),
    ),
    _CHANNELS: Origin(
        "Each channel has its share of revenue, its lag and its elasticity.",
        keys=("marketing_channels",),
        needs=given("marketing_channels"),
    ),
    ("marketing_channel_day", "date"): Origin("Each day of the horizon."),
    ("marketing_channel_day", "shop"): Origin("Each shop, in the scenario's order."),
    ("marketing_channel_day", "channel"): Origin("Each channel, in the scenario's order."),
    ("marketing_channel_day", "spend"): Origin(
        "The shop's revenue some days later times a normal share, more than in proportion on busy days.",
        streams=("channel.share.*",),
        follows=(("line", "total"), ("order", "shop"), DAYS),
    ),
    ("budget_month", "*"): Origin("Each month and shop once.", keys=("years", "demand.shops")),
    ("budget_month", "month"): Origin("Each month that the horizon touches.", keys=("year",)),
    ("budget_month", "shop"): Origin("Each shop, in the scenario's order."),
    ("budget_month", "revenue"): Origin(
        "The month's sum of the trailing mean of daily revenue, times a bias.",
        streams=("budget.bias",),
        keys=("budget",),
        follows=(("line", "total"), ("order", "shop")),
    ),
    ("budget_month", "orders"): Origin(
        "Planned revenue over the order value that planning expects.", follows=(("budget_month", "revenue"),)
    ),
    ("budget_month", "margin"): Origin(
        "Planned revenue times the margin that planning expects.",
        follows=(("budget_month", "revenue"), ("product", "cost")),
    ),
}
