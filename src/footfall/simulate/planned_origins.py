"""Where products and customers come from, field by field."""

from __future__ import annotations

from collections.abc import Mapping

from footfall.simulate.conditions import given, several_shops
from footfall.simulate.origins import Node, Origin
from footfall.simulate.solved_origins import (
    COSTS,
    LOCALES,
    MOVES,
    POOL_SIZE,
    PRICE_CHANGES,
    PRICES,
    RETURNS,
    TOWNS,
)

_SHOP = (("customer", "shop"),)
_DEALT_SHOPS = ("customer", "home shops")

PLANNED: Mapping[Node, Origin] = {
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
        follows=(("product", "category"), RETURNS),
    ),
    ("product", "price"): Origin(
        "Log-normal prices, drawn by strata and clipped, are dealt to SKUs by a mix of popularity and noise; "
        "then they take the shop's endings, where it has some.",
        streams=("product.price", "product.price_noise"),
        keys=("catalog.price", "catalog.categories.*.price", "catalog.price_endings"),
        follows=(("product", "category"), PRICES, PRICE_CHANGES),
    ),
    ("product", "cost"): Origin(
        "The price times a uniform share, which is dealt to SKUs by a mix of their takings and noise.",
        streams=("product.cost", "product.cost_noise"),
        keys=("catalog.cost_share",),
        follows=(("product", "price"), COSTS),
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
        needs=given("catalog.listed"),
    ),
    ("product", "delisted"): Origin(
        "A day within the horizon for a share of each category; the others go on.",
        streams=("product.delisted", "product.delisted.*"),
        keys=("catalog.delisted",),
        follows=(("product", "category"), ("product", "created")),
        needs=given("catalog.delisted"),
    ),
    ("customer", "*"): Origin(
        "As many customers as the pool holds.", keys=("customers.pool",), follows=(POOL_SIZE,)
    ),
    ("customer", "id"): Origin("Counts up from 1."),
    ("customer", "shop"): Origin(
        "Each shop has its share of the pool; a keyed permutation deals the customers out.",
        keys=("demand.shops",),
        follows=(_DEALT_SHOPS,),
    ),
    _DEALT_SHOPS: Origin(
        "Where there are several, customers are dealt out to them.",
        streams=("customer.id", "customer.shop"),
        needs=several_shops,
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
        needs=given("customers.registered"),
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
        follows=(PRICE_CHANGES, ("product", "created")),
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
