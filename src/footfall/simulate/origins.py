"""Where products and customers come from, field by field, and what planning settles for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Node: TypeAlias = tuple[str, str]
"""(entity, field), (entity, "*") for its rows, or something that planning settles for several fields."""


@dataclass(frozen=True)
class Origin:
    """How a field, the rows of an entity, or a figure of the plan comes about.

    Attributes
    ----------
    words
        In a sentence or two.
    streams
        Names of the streams that are drawn for it; a * stands for anything.
    keys
        Keys of the scenario that it reads; a * stands for any name.
    follows
        What else it is made from.
    needs
        Key without which it plays no part, or "key=value" where only that value gives it one.
    """

    words: str
    streams: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    follows: tuple[Node, ...] = ()
    needs: str = ""


POWER, PRICE_COUPLING = ("plan", "popularity power"), ("plan", "price coupling")
COST_COUPLING, WEIGHT_SD = ("plan", "cost coupling"), ("plan", "customer weights' spread")
NOISE = ("plan", "good and bad days")
PRICES, MOVES, TOWNS = ("plan", "changes of prices"), ("plan", "customers' moves"), ("plan", "places")
DAYS, POOL, REGISTRY = ("plan", "weights of days"), ("plan", "customer pool"), ("plan", "customer weights")
LIFETIMES = ("plan", "customers' lifetimes")
LOCALES = ("customers.locales",)
_SHOP = (("customer", "shop"),)

PLANNED: Mapping[Node, Origin] = {
    DAYS: Origin(
        "Each day has a weight: trend, weekday, month, payday, events and the shops' holidays, and the "
        "customers registered before it.",
        keys=(
            "year",
            "years",
            "demand.growth_per_day",
            "demand.weekday",
            "demand.months",
            "demand.payday",
            "demand.events",
            "demand.holidays",
            "demand.follows_customers",
            "shops.*.opened",
        ),
        follows=(("customer", "registered"),),
    ),
    NOISE: Origin(
        "Each day is busier or quieter than its weight says, by a log-normal factor that remembers the day "
        "before.",
        streams=("demand.noise",),
        keys=("demand.noise",),
        needs="demand.noise",
    ),
    POWER: Origin(
        "Sales weights are sales_rank to a power, solved so that the best SKUs carry their share of the "
        "units.",
        keys=("targets.top_sku_share", "basket.size", "basket.affinity", "promotions"),
        follows=(("product", "sales_rank"), ("product", "delisted")),
    ),
    PRICE_COUPLING: Origin(
        "Popularity and price are coupled so strongly that the order value is expected.",
        keys=("targets.order_value", "basket.quantity", "discount"),
        follows=(POWER, DAYS),
        needs="targets.order_value",
    ),
    COST_COUPLING: Origin(
        "Takings and cost share are coupled so strongly that the gross margin is expected, as far as is "
        "free.",
        keys=("targets.gross_margin", "free.coupling_max"),
        follows=(("product", "price"),),
        needs="targets.gross_margin",
    ),
    POOL: Origin(
        "Customers of a home shop have Zipf-Mandelbrot weights; the offset is solved for the rarest one.",
        streams=("customer.id",),
        keys=("customers.pool", "customers.exponent", "customers.rarest_orders"),
        follows=(("order", "shop"),),
        needs="customers.exponent",
    ),
    REGISTRY: Origin(
        "Registered customers have log-normal weights.",
        streams=("customer.weight",),
        follows=(("customer", "registered"), WEIGHT_SD, LIFETIMES),
        needs="customers.registered",
    ),
    LIFETIMES: Origin(
        "Customers drop out after a Lomax time from their registration; who has done so is redrawn.",
        streams=("customer.lifetime", "order.customer.*"),
        keys=("customers.registered.lifetime",),
        needs="customers.registered.lifetime",
    ),
    WEIGHT_SD: Origin(
        "How unequal customers are is solved on the data set's own orders, so that the best bring their "
        "share.",
        keys=("targets.top_customer_share",),
        follows=(("line", "total"),),
        needs="targets.top_customer_share",
    ),
    PRICES: Origin(
        "A new price is the SKU's first one times a log-normal factor of mean 1, on a day drawn evenly from "
        "each stretch of days; it stays in the bounds and takes an ending. The cost keeps its share.",
        streams=("price.day", "price.change"),
        keys=("catalog.price_changes", "year", "years"),
        follows=(("product", "created"),),
        needs="catalog.price_changes",
    ),
    TOWNS: Origin("Real places of each country.", keys=LOCALES, follows=_SHOP),
    MOVES: Origin(
        "In each 365 days a share of the customers moves, each on a day drawn evenly, within the country.",
        streams=("moved.*",),
        keys=("customers.moves", "year", "years"),
        follows=(("customer", "registered"),),
        needs="customers.moves",
    ),
    ("product", "*"): Origin("As many SKUs as are asked for.", keys=("catalog.skus",)),
    ("product", "id"): Origin("Counts up from the first SKU's number.", keys=("catalog.first_sku",)),
    ("product", "category"): Origin(
        "Each category has its share of the SKUs, by largest remainder; a keyed permutation deals them out.",
        streams=("product.category",),
        keys=("catalog.categories.*.share",),
    ),
    ("product", "sales_rank"): Origin(
        "A bounded power law, drawn by strata in each category.",
        streams=("product.sales_rank", "product.sales_rank.*"),
        keys=("catalog.popularity",),
        follows=(("product", "category"),),
    ),
    ("product", "return_probability"): Origin(
        "A Beta law about the category's mean, drawn by strata.",
        streams=("product.return_probability", "product.return_probability.*"),
        keys=("catalog.return_concentration", "catalog.categories.*.return_probability"),
        follows=(("product", "category"),),
    ),
    ("product", "price"): Origin(
        "Log-normal prices, drawn by strata and clipped, are dealt to SKUs by a mix of popularity and noise; "
        "then they take the shop's endings, where it has some.",
        streams=("product.price", "product.price_noise"),
        keys=("catalog.price", "catalog.categories.*.price", "catalog.price_endings"),
        follows=(("product", "category"), PRICE_COUPLING, PRICES),
    ),
    ("product", "cost"): Origin(
        "The price times a uniform share, which is dealt to SKUs by a mix of their takings and noise.",
        streams=("product.cost", "product.cost_noise"),
        keys=("catalog.cost_share",),
        follows=(("product", "price"), COST_COUPLING),
    ),
    ("product", "sub_category"): Origin(
        "The category's sub-categories stand from cheap to dear; SKUs join them by price, with some noise.",
        streams=("product.sub_category",),
        keys=("catalog.categories.*.sub_categories",),
        follows=(("product", "category"), ("product", "price")),
    ),
    ("product", "description"): Origin(
        "That of its sub-category.",
        keys=("catalog.categories.*.sub_categories",),
        follows=(("product", "sub_category"),),
    ),
    ("product", "name"): Origin(
        "Thing, model and detail of the sub-category, in the scenario's pattern; dealt so that none "
        "comes twice.",
        streams=("product.name.*",),
        keys=("catalog.models", "catalog.pattern", "catalog.categories.*.models"),
        follows=(("product", "sub_category"),),
    ),
    ("product", "stock"): Origin(
        "Log-normal units; a share of the SKUs is sold out.",
        streams=("product.stock", "product.sold_out"),
        keys=("catalog.stock",),
    ),
    ("product", "supplier"): Origin(
        "One of so many made-up companies; each supplies a SKU, and some supply many.",
        streams=("product.supplier", "supplier.*"),
        keys=("catalog.suppliers", *LOCALES),
    ),
    ("product", "created"): Origin(
        "A day before the first one; for the new ones of each category a day within the horizon.",
        streams=("product.listed", "product.listed.*"),
        keys=("catalog.listed",),
        follows=(("product", "category"),),
        needs="catalog.listed",
    ),
    ("product", "delisted"): Origin(
        "A day within the horizon for a share of each category; the others go on.",
        streams=("product.delisted", "product.delisted.*"),
        keys=("catalog.delisted",),
        follows=(("product", "category"), ("product", "created")),
        needs="catalog.delisted",
    ),
    ("customer", "*"): Origin("As many customers as the pool holds.", keys=("customers.pool",)),
    ("customer", "id"): Origin("Counts up from 1."),
    ("customer", "shop"): Origin(
        "Each shop has its share of the pool; a keyed permutation deals the customers out.",
        streams=("customer.id", "customer.shop"),
        keys=("demand.shops",),
    ),
    ("customer", "first_name"): Origin(
        "A name of the home shop's country, as often as it is borne there, where that is known.",
        streams=("customer.first_name",),
        keys=LOCALES,
        follows=_SHOP,
    ),
    ("customer", "name"): Origin(
        "First and last name.", follows=(("customer", "first_name"), ("customer", "last_name"))
    ),
    ("customer", "last_name"): Origin(
        "A name of the home shop's country, as often as it is borne there, where that is known.",
        streams=("customer.last_name",),
        keys=LOCALES,
        follows=_SHOP,
    ),
    ("customer", "email"): Origin(
        "First and last name at a domain reserved for examples; a number where the name is taken.",
        streams=("customer.email_domain",),
        follows=(("customer", "first_name"), ("customer", "last_name")),
    ),
    ("customer", "phone"): Origin(
        "A prefix of the first place, and digits kept for fiction; who moves takes it along.",
        streams=("customer.place", "customer.phone_prefix", "customer.phone_line"),
        follows=(TOWNS,),
    ),
    ("customer", "address"): Origin(
        "A street and a number, in the way of the country.",
        streams=(
            "customer.street",
            "customer.street_suffix",
            "customer.before_street",
            "customer.after_street",
        ),
        keys=LOCALES,
        follows=(*_SHOP, MOVES),
    ),
    **{
        ("customer", field): Origin(
            "Of a real place of the home shop's country, each as likely as any other.",
            streams=("customer.place",),
            keys=LOCALES,
            follows=(*_SHOP, MOVES),
        )
        for field in ("city", "state", "postcode")
    },
    ("customer", "country"): Origin("Where the home shop's customers live.", keys=LOCALES, follows=_SHOP),
    ("customer", "registered"): Origin(
        "Customers come one by one, evenly over the days of registration.",
        streams=("customer.registered",),
        keys=("customers.registered", "customers.pool"),
        needs="customers.registered",
    ),
    ("product_price", "*"): Origin(
        "Each SKU's first price, and one for each change up to the last day.",
        follows=(("product", "*"), ("product", "price")),
    ),
    ("product_price", "product"): Origin("The SKU's number.", follows=(("product", "id"),)),
    ("product_price", "price"): Origin("As the product's price.", follows=(("product", "price"),)),
    ("product_price", "cost"): Origin("As the product's cost.", follows=(("product", "cost"),)),
    ("product_price", "valid_from"): Origin(
        "The day of the listing, or the first day; then the days of the changes.",
        follows=(PRICES, ("product", "created")),
    ),
    ("product_price", "valid_to"): Origin(
        "The day before the next price begins, or 9999-12-31.", follows=(("product_price", "valid_from"),)
    ),
    ("customer_address", "*"): Origin(
        "Each customer's first address, and one for each move up to the last day.",
        follows=(("customer", "*"), MOVES),
    ),
    ("customer_address", "customer"): Origin("The customer's number.", follows=(("customer", "id"),)),
    **{
        ("customer_address", field): Origin(f"As the customer's {field}.", follows=(("customer", field),))
        for field in ("address", "city", "state", "postcode")
    },
    ("customer_address", "valid_from"): Origin(
        "The day of registration, or the first day; then the days of the moves.",
        follows=(MOVES, ("customer", "registered")),
    ),
    ("customer_address", "valid_to"): Origin(
        "The day before the next move, or 9999-12-31.", follows=(("customer_address", "valid_from"),)
    ),
}
