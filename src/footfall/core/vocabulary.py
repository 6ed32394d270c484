"""What the simulator knows: kinds of rows, their fields, and what the fields' values are.

*Entities* (product, order, line, ...) have *fields*, which a scenario publishes under names of its own
(:mod:`footfall.core.schema`). This is the only place where a field's kind, reference, unit and words stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column's values are; decides every physical type."""

    INTEGER = "integer"
    MONEY = "money"  # decimal(12,2); whole cents inside
    FRACTION = "fraction"  # decimal(3,2): 0.20 is twenty per cent
    NUMBER = "number"  # double with six decimals
    BOOLEAN = "boolean"
    DATE = "date"
    MONTH = "month"  # text, YYYY-MM
    TIMESTAMP = "timestamp"  # to the second, without a zone
    CODE = "code"  # text from a short list, safe without quotes in CSV
    TEXT = "text"


@dataclass(frozen=True)
class FieldSpec:
    """A field of an entity: what it means, whatever name it is published under."""

    kind: Kind
    text: str
    unit: str = ""
    references: tuple[str, str] | None = None  # (entity, field)


@dataclass(frozen=True)
class EntitySpec:
    """A kind of row: its grain in words, its keys, the handiest first, and its fields."""

    grain: str
    keys: tuple[tuple[str, ...], ...]
    fields: Mapping[str, FieldSpec]
    order_by: tuple[str, ...] = ()
    keyed_by_order: bool = False  # rows belong to an order, and come part by part


_SHOP_CODE = ("shop", "code")

VOCABULARY: Mapping[str, EntitySpec] = {
    "shop": EntitySpec(
        grain="one row a shop",
        keys=(("code",),),
        order_by=("code",),
        fields={
            "code": FieldSpec(Kind.CODE, "Code of the shop, which its orders carry."),
            "name": FieldSpec(Kind.TEXT, "Name of the shop."),
            "country": FieldSpec(Kind.TEXT, "Country that the shop is in, or sells to."),
            "opened": FieldSpec(Kind.DATE, "Day on which the shop opened; it takes orders from then on."),
            "tax_rate": FieldSpec(
                Kind.NUMBER,
                "Sales tax or VAT on most categories; 0.19 is nineteen per cent of the net amount.",
            ),
            "currency": FieldSpec(Kind.CODE, "Currency that the shop's customers pay in."),
        },
    ),
    "exchange_rate": EntitySpec(
        grain="one row a day and currency",
        keys=(("date", "currency"),),
        order_by=("date", "currency"),
        fields={
            "date": FieldSpec(Kind.DATE, "Day on which the rate holds."),
            "currency": FieldSpec(Kind.CODE, "Currency; the one of all other amounts is at 1."),
            "rate": FieldSpec(
                Kind.NUMBER, "Units of the currency for one of the currency that all other amounts are in."
            ),
        },
    ),
    "product": EntitySpec(
        grain="one row a SKU",
        keys=(("id",),),
        order_by=("id",),
        fields={
            "id": FieldSpec(Kind.INTEGER, "Number of the SKU."),
            "category": FieldSpec(Kind.CODE, "Category, the top of the product hierarchy."),
            "price": FieldSpec(Kind.MONEY, "List price.", unit="currency"),
            "cost": FieldSpec(Kind.MONEY, "What the shop pays for one unit.", unit="currency"),
            "sales_rank": FieldSpec(
                Kind.NUMBER,
                "Power-law popularity, higher sells more; a power of it is the sales weight.",
            ),
            "return_probability": FieldSpec(Kind.NUMBER, "Probability that a sold line is sent back."),
            "sub_category": FieldSpec(Kind.TEXT, "Sub-category, the second level of the product hierarchy."),
            "name": FieldSpec(Kind.TEXT, "Product name, distinct over the catalogue."),
            "description": FieldSpec(Kind.TEXT, "What the product is; that of its sub-category."),
            "stock": FieldSpec(Kind.INTEGER, "Units in stock at the end of the horizon.", unit="unit"),
            "supplier": FieldSpec(Kind.TEXT, "Company that supplies the SKU; suppliers are shared."),
            "created": FieldSpec(Kind.DATE, "Day on which the SKU was listed; it sells from then on."),
            "delisted": FieldSpec(Kind.DATE, "Last day on which the SKU sells; 9999-12-31 where it goes on."),
        },
    ),
    "product_price": EntitySpec(
        grain="one row a price that a SKU has had",
        keys=(("product", "valid_from"),),
        order_by=("product", "valid_from"),
        fields={
            "product": FieldSpec(Kind.INTEGER, "SKU that has the price.", references=("product", "id")),
            "price": FieldSpec(Kind.MONEY, "List price from that day on.", unit="currency"),
            "cost": FieldSpec(Kind.MONEY, "What the shop pays for one unit from then on.", unit="currency"),
            "valid_from": FieldSpec(Kind.DATE, "First day of the price."),
            "valid_to": FieldSpec(Kind.DATE, "Last day of the price; 9999-12-31 for the current one."),
        },
    ),
    "supply": EntitySpec(
        grain="one row a product and thing that goes into it",
        keys=(("id", "product"),),
        order_by=("product", "id"),
        fields={
            "id": FieldSpec(Kind.INTEGER, "Number of the thing; several products may need it."),
            "name": FieldSpec(Kind.TEXT, "What it is."),
            "cost": FieldSpec(Kind.MONEY, "What it costs for one unit of the product.", unit="currency"),
            "perishable": FieldSpec(Kind.BOOLEAN, "Whether it goes bad."),
            "product": FieldSpec(Kind.INTEGER, "Product that it goes into.", references=("product", "id")),
        },
    ),
    "customer": EntitySpec(
        grain="one row a customer",
        keys=(("id",),),
        order_by=("id",),
        fields={
            "id": FieldSpec(Kind.INTEGER, "Number of the customer."),
            "first_name": FieldSpec(Kind.TEXT, "First name."),
            "last_name": FieldSpec(Kind.TEXT, "Last name."),
            "name": FieldSpec(Kind.TEXT, "First and last name."),
            "email": FieldSpec(Kind.TEXT, "Distinct address at a domain reserved for examples (RFC 2606)."),
            "phone": FieldSpec(Kind.TEXT, "Phone number from a range reserved for fiction."),
            "address": FieldSpec(Kind.TEXT, "Street and house number."),
            "city": FieldSpec(Kind.TEXT, "City that the postcode belongs to."),
            "state": FieldSpec(Kind.TEXT, "State, province or canton of the city."),
            "postcode": FieldSpec(Kind.TEXT, "Postcode or zip code; text, as it may begin with 0."),
            "country": FieldSpec(Kind.TEXT, "Country of the address."),
            "shop": FieldSpec(Kind.CODE, "Home shop, in which the customer orders.", references=_SHOP_CODE),
            "registered": FieldSpec(Kind.DATE, "Day of registration; the customer orders on later days."),
        },
    ),
    "customer_address": EntitySpec(
        grain="one row an address that a customer has had",
        keys=(("customer", "valid_from"),),
        order_by=("customer", "valid_from"),
        fields={
            "customer": FieldSpec(Kind.INTEGER, "Customer who lives there.", references=("customer", "id")),
            "address": FieldSpec(Kind.TEXT, "Street and house number."),
            "city": FieldSpec(Kind.TEXT, "City that the postcode belongs to."),
            "state": FieldSpec(Kind.TEXT, "State, province or canton of the city."),
            "postcode": FieldSpec(Kind.TEXT, "Postcode or zip code; text, as it may begin with 0."),
            "valid_from": FieldSpec(Kind.DATE, "First day at the address."),
            "valid_to": FieldSpec(Kind.DATE, "Last day at the address; 9999-12-31 for the current one."),
        },
    ),
    "order": EntitySpec(
        grain="one row an order",
        keys=(("id",),),
        order_by=("id",),
        keyed_by_order=True,
        fields={
            "id": FieldSpec(Kind.INTEGER, "Number of the order, rising with its time."),
            "shop": FieldSpec(Kind.CODE, "Shop in which the order was placed.", references=_SHOP_CODE),
            "customer": FieldSpec(
                Kind.INTEGER,
                "Number of the customer, who orders in one home shop.",
                references=("customer", "id"),
            ),
            "time": FieldSpec(Kind.TIMESTAMP, "Local time at which the order was placed.", unit="second"),
            "date": FieldSpec(Kind.DATE, "Day on which the order was placed."),
            "status": FieldSpec(Kind.CODE, "What has become of the order."),
            "payment": FieldSpec(Kind.CODE, "How the order is paid."),
            "shipping_address": FieldSpec(Kind.TEXT, "Where the order goes: mostly the customer's address."),
            "promised": FieldSpec(Kind.DATE, "Day by which the order is promised."),
            "delivered": FieldSpec(
                Kind.DATE, "Day on which the order is delivered; until then, the day promised."
            ),
            "total": FieldSpec(Kind.MONEY, "Sum of the order's line totals.", unit="currency"),
            "net": FieldSpec(Kind.MONEY, "Sum of the lines' net amounts, before tax.", unit="currency"),
            "tax": FieldSpec(Kind.MONEY, "Sum of the lines' taxes.", unit="currency"),
            "gross": FieldSpec(Kind.MONEY, "Sum of the lines' gross amounts, tax included.", unit="currency"),
            "shipping_cost": FieldSpec(
                Kind.MONEY, "What the customer pays for shipping, its tax included.", unit="currency"
            ),
            "currency": FieldSpec(Kind.CODE, "Currency of the shop, which the customer pays in."),
            "total_local": FieldSpec(
                Kind.MONEY, "The total in the shop's currency, at the day's rate.", unit="local"
            ),
            "grand_total": FieldSpec(
                Kind.MONEY, "What the customer pays in all: goods, their tax, and shipping.", unit="currency"
            ),
        },
    ),
    "line": EntitySpec(
        grain="one row a SKU in an order",
        keys=(("id",), ("order", "product")),
        order_by=("order", "number"),
        keyed_by_order=True,
        fields={
            "order": FieldSpec(Kind.INTEGER, "Order that the line belongs to.", references=("order", "id")),
            "product": FieldSpec(Kind.INTEGER, "SKU that was bought.", references=("product", "id")),
            "quantity": FieldSpec(Kind.INTEGER, "Units bought.", unit="unit"),
            "unit_price": FieldSpec(
                Kind.MONEY, "Price paid for one unit, after discount, rounded half up.", unit="currency"
            ),
            "is_returned": FieldSpec(Kind.BOOLEAN, "Whether the line was sent back."),
            "number": FieldSpec(Kind.INTEGER, "Place of the line in its basket, from 1."),
            "discount": FieldSpec(Kind.FRACTION, "Discount on the list price; 0.20 is twenty per cent."),
            "id": FieldSpec(Kind.INTEGER, "Number of the line, rising with order and place in the basket."),
            "list_price": FieldSpec(Kind.MONEY, "Price of one unit before discount.", unit="currency"),
            "total": FieldSpec(
                Kind.MONEY, "Units times list price less discount, rounded half up.", unit="currency"
            ),
            "unit_price_local": FieldSpec(
                Kind.MONEY,
                "Price paid for one unit in the shop's currency, at the day's rate.",
                unit="local",
            ),
            "net": FieldSpec(Kind.MONEY, "Line total without its tax.", unit="currency"),
            "tax": FieldSpec(Kind.MONEY, "Sales tax or VAT of the line, in whole cents.", unit="currency"),
            "gross": FieldSpec(Kind.MONEY, "Line total with its tax.", unit="currency"),
        },
    ),
    "review": EntitySpec(
        grain="one row a customer and SKU that was reviewed",
        keys=(("id",), ("customer", "product")),
        order_by=("id",),
        fields={
            "id": FieldSpec(Kind.INTEGER, "Number of the review, rising with its day."),
            "product": FieldSpec(Kind.INTEGER, "SKU that is reviewed.", references=("product", "id")),
            "customer": FieldSpec(Kind.INTEGER, "Customer who bought it.", references=("customer", "id")),
            "rating": FieldSpec(Kind.INTEGER, "Stars from 1 to 5.", unit="star"),
            "text": FieldSpec(Kind.TEXT, "What the customer says; agrees with the rating."),
            "date": FieldSpec(Kind.DATE, "Day of the review, after the order's."),
        },
    ),
    "marketing_day": EntitySpec(
        grain="one row a day and shop",
        keys=(("date", "shop"),),
        order_by=("date", "shop"),
        fields={
            "date": FieldSpec(Kind.DATE, "Day on which the money was spent."),
            "shop": FieldSpec(Kind.CODE, "Shop that the money was spent for.", references=_SHOP_CODE),
            "spend": FieldSpec(Kind.MONEY, "Marketing spend, which leads revenue.", unit="currency"),
        },
    ),
    "marketing_channel_day": EntitySpec(
        grain="one row a day, shop and channel",
        keys=(("date", "shop", "channel"),),
        order_by=("date", "shop", "channel"),
        fields={
            "date": FieldSpec(Kind.DATE, "Day on which the money was spent."),
            "shop": FieldSpec(Kind.CODE, "Shop that the money was spent for.", references=_SHOP_CODE),
            "channel": FieldSpec(Kind.CODE, "Marketing channel that it was spent on."),
            "spend": FieldSpec(
                Kind.MONEY, "Spend on the channel, which leads revenue by the channel's lag.", unit="currency"
            ),
        },
    ),
    "budget_month": EntitySpec(
        grain="one row a month and shop",
        keys=(("month", "shop"),),
        order_by=("month", "shop"),
        fields={
            "month": FieldSpec(Kind.MONTH, "Month that is planned, YYYY-MM."),
            "shop": FieldSpec(Kind.CODE, "Shop that is planned for.", references=_SHOP_CODE),
            "revenue": FieldSpec(Kind.MONEY, "Planned revenue.", unit="currency"),
            "orders": FieldSpec(Kind.INTEGER, "Planned number of orders."),
            "margin": FieldSpec(Kind.MONEY, "Planned gross margin.", unit="currency"),
        },
    ),
}

DIMENSIONS = ("product", "product_price", "supply", "customer", "customer_address", "shop")
"""Entities whose rows belong to no order and to no day; orders and lines are judged by them."""
HISTORIES: Mapping[str, str] = {"product_price": "product", "customer_address": "customer"}
"""Entities that tell what another one was, and from when to when."""
STILL_VALID = 2_932_896
"""9999-12-31 in days since 1970: the last day of what holds until further notice."""


def leaf_of(entity: str, path: str) -> tuple[str, str]:
    """Entity and field at the end of a path along references.

    >>> leaf_of("line", "order.customer.city")
    ('customer', 'city')

    Raises
    ------
    KeyError
        There is no such path.
    """
    *through, field_name = path.split(".")
    for step in through:
        reference = VOCABULARY[entity].fields[step].references
        if reference is None:
            raise KeyError(path)
        entity, _ = reference
    return entity, field_name
