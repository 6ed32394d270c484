"""The only place where a published column's type, key, reference, unit and words are declared.

The simulator has a vocabulary of *entities* (product, order, line, ...), each with *fields*. A
scenario publishes tables from it under names of its own. CSV headers, Parquet and database types,
the manifest and the documentation are all derived from the :class:`TableSpec` made here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import pyarrow as pa


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


ARROW_TYPES: Mapping[Kind, pa.DataType] = {
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: pa.decimal64(12, 2),
    Kind.FRACTION: pa.decimal64(3, 2),
    Kind.NUMBER: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.MONTH: pa.string(),
    Kind.TIMESTAMP: pa.timestamp("s"),
    Kind.CODE: pa.string(),
    Kind.TEXT: pa.string(),
}


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
            "tax_percent": FieldSpec(
                Kind.NUMBER, "Sales tax or VAT of most categories, in percent.", unit="%"
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
            "stock": FieldSpec(Kind.INTEGER, "Units in stock at the end of the horizon.", unit="unit"),
            "supplier": FieldSpec(Kind.TEXT, "Company that supplies the SKU; suppliers are shared."),
            "created": FieldSpec(Kind.DATE, "Day on which the SKU was listed; it sells from then on."),
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
            "total": FieldSpec(Kind.MONEY, "Sum of the order's line totals.", unit="currency"),
            "net": FieldSpec(Kind.MONEY, "Sum of the lines' net amounts, before tax.", unit="currency"),
            "tax": FieldSpec(Kind.MONEY, "Sum of the lines' taxes.", unit="currency"),
            "gross": FieldSpec(Kind.MONEY, "Sum of the lines' gross amounts, tax included.", unit="currency"),
            "shipping_cost": FieldSpec(
                Kind.MONEY, "What the customer pays for shipping, its tax included.", unit="currency"
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


@dataclass(frozen=True)
class ColumnSpec:
    """A published column: its name, and the field of the vocabulary that it shows."""

    name: str
    field: str
    kind: Kind
    text: str
    unit: str
    references: tuple[str, str] | None  # (published table, published column)
    values: tuple[str, ...] = ()  # the words that may stand there, where the scenario lists them

    @property
    def arrow_type(self) -> pa.DataType:
        """Arrow type of the column in a published batch."""
        return ARROW_TYPES[self.kind]


@dataclass(frozen=True)
class TableSpec:
    """A published table: its name, grain, columns in order, and keys, by published names."""

    name: str
    entity: str
    grain: str
    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...] = ()
    order_by: tuple[str, ...] = ()

    @property
    def arrow_schema(self) -> pa.Schema:
        """Arrow schema of a published batch; no column is nullable."""
        return pa.schema([pa.field(c.name, c.arrow_type, nullable=False) for c in self.columns])

    @property
    def keyed_by_order(self) -> bool:
        """Whether the table's rows belong to orders and so come part by part."""
        return VOCABULARY[self.entity].keyed_by_order

    def column_of(self, field_name: str) -> str | None:
        """Published name of a field of the vocabulary; None where the table does not publish it."""
        return next((c.name for c in self.columns if c.field == field_name), None)


def publish(
    tables: Mapping[str, tuple[str, Mapping[str, str]]],
    currency: str,
    words: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType({}),
) -> dict[str, TableSpec]:
    """Resolve what a scenario publishes against the vocabulary.

    Parameters
    ----------
    tables
        Published table name -> (entity, {published column name: field}), in published order.
    currency
        Takes the place of the unit "currency".
    words
        (entity, field) -> the words that may stand there.

    Returns
    -------
    dict
        Published table name -> its specification. A key or reference is left out where the
        scenario does not publish the columns that it needs.
    """
    by_entity = {entity: (name, columns) for name, (entity, columns) in tables.items()}

    def published_as(entity: str, field_name: str) -> tuple[str, str] | None:
        if entity not in by_entity:
            return None
        table, columns = by_entity[entity]
        return next(((table, c) for c, f in columns.items() if f == field_name), None)

    specs = {}
    for name, (entity, columns) in tables.items():
        known = VOCABULARY[entity]
        column_specs = tuple(
            ColumnSpec(
                name=column,
                field=field_name,
                kind=known.fields[field_name].kind,
                text=known.fields[field_name].text,
                unit=known.fields[field_name].unit.replace("currency", currency),
                references=(
                    published_as(*reference) if (reference := known.fields[field_name].references) else None
                ),
                values=words.get((entity, field_name), ()),
            )
            for column, field_name in columns.items()
        )
        names = {field_name: column for column, field_name in columns.items()}
        specs[name] = TableSpec(
            name=name,
            entity=entity,
            grain=known.grain,
            columns=column_specs,
            key=next((tuple(names[f] for f in key) for key in known.keys if names.keys() >= set(key)), ()),
            order_by=tuple(names[f] for f in known.order_by if f in names),
        )
    return specs
