"""Staging models: a view on each published table, under names that no scenario changes.

Everything behind staging is written against these names; only staging knows the published ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from footfall.core.schema import ColumnSpec, TableSpec
from footfall.dbt.published import Published

MODELS: Mapping[str, str] = {
    "shop": "stg_shops",
    "exchange_rate": "stg_exchange_rates",
    "product": "stg_products",
    "product_price": "stg_product_prices",
    "supply": "stg_supplies",
    "customer": "stg_customers",
    "customer_address": "stg_customer_addresses",
    "order": "stg_orders",
    "line": "stg_order_lines",
    "review": "stg_reviews",
    "marketing_day": "stg_marketing_daily",
    "marketing_channel_day": "stg_marketing_channels_daily",
    "budget_month": "stg_budget_monthly",
}
_OWN_NAMES: Mapping[tuple[str, str], str] = {
    ("shop", "code"): "shop_id",
    ("shop", "name"): "shop_name",
    ("shop", "opened"): "opened_on",
    ("shop", "currency"): "shop_currency",
    ("exchange_rate", "date"): "rate_date",
    ("exchange_rate", "rate"): "exchange_rate",
    ("product", "id"): "product_id",
    ("supply", "id"): "supply_id",
    ("supply", "name"): "supply_name",
    ("supply", "cost"): "supply_cost",
    ("supply", "product"): "product_id",
    ("product", "name"): "product_name",
    ("product", "price"): "list_price",
    ("product", "cost"): "unit_cost",
    ("product", "stock"): "stock_units",
    ("product", "created"): "listed_on",
    ("product", "delisted"): "delisted_on",
    ("product_price", "product"): "product_id",
    ("product_price", "price"): "list_price",
    ("product_price", "cost"): "unit_cost",
    ("customer_address", "customer"): "customer_id",
    ("customer", "id"): "customer_id",
    ("customer", "shop"): "shop_id",
    ("customer", "registered"): "registered_on",
    ("order", "id"): "order_id",
    ("order", "shop"): "shop_id",
    ("order", "customer"): "customer_id",
    ("order", "time"): "ordered_at",
    ("order", "date"): "order_date",
    ("order", "status"): "order_status",
    ("order", "payment"): "payment_method",
    ("order", "total"): "order_total",
    ("order", "promised"): "promised_on",
    ("order", "delivered"): "delivered_on",
    ("line", "order"): "order_id",
    ("line", "product"): "product_id",
    ("line", "number"): "line_number",
    ("line", "discount"): "discount_rate",
    ("line", "id"): "line_id",
    ("line", "total"): "line_total",
    ("review", "id"): "review_id",
    ("review", "product"): "product_id",
    ("review", "customer"): "customer_id",
    ("review", "text"): "review_text",
    ("review", "date"): "review_date",
    ("marketing_day", "date"): "spend_date",
    ("marketing_day", "shop"): "shop_id",
    ("marketing_day", "spend"): "marketing_spend",
    ("marketing_channel_day", "date"): "spend_date",
    ("marketing_channel_day", "shop"): "shop_id",
    ("marketing_channel_day", "channel"): "marketing_channel",
    ("marketing_channel_day", "spend"): "marketing_spend",
    ("budget_month", "month"): "budget_month",
    ("budget_month", "shop"): "shop_id",
    ("budget_month", "revenue"): "planned_revenue",
    ("budget_month", "orders"): "planned_orders",
    ("budget_month", "margin"): "planned_margin",
}
ANY_SHOP = "all"
"""Shop of orders where several shops sell and it isn't published in which."""


@dataclass(frozen=True)
class StagedColumn:
    """A column of a staging model: its name, the SQL that gives it, and what it means."""

    name: str
    sql: str
    text: str


def name_of(entity: str, field: str) -> str:
    """Name of a field in every model of the project; the field's own where it says enough.

    >>> name_of("order", "time"), name_of("product", "category")
    ('ordered_at', 'category')
    """
    return _OWN_NAMES.get((entity, field), field)


def model_of(published: Published, spec: TableSpec) -> str:
    """Name of a table's staging model: its entity's, or its own where another table is the entity's.

    The models behind staging read the entity's.
    """
    main = published.table(spec.entity)
    return MODELS[spec.entity] if main is None or main.name == spec.name else f"stg_{spec.name}"


def columns_of(published: Published, spec: TableSpec) -> list[StagedColumn]:
    """Columns of a table's staging model: its entity's, and under their own names joined and made ones."""
    is_main = model_of(published, spec) == MODELS[spec.entity]
    own = own_columns_of(published, spec) if is_main else []
    taken = {column.name for column in own}
    others = [c for c in spec.columns if not (is_main and c.is_own)]
    return own + [
        _staged(published, column, f"{column.name}_as_published" if column.name in taken else column.name)
        for column in others
    ]


def own_columns_of(published: Published, spec: TableSpec) -> list[StagedColumn]:
    """Columns that show the entity's fields, renamed, and what follows from them."""
    shown = [_staged(published, c, name_of(spec.entity, c.field)) for c in spec.columns if c.is_own]
    return shown + [c for c in _derived(published, spec) if c.name not in {s.name for s in shown}]


def _staged(published: Published, column: ColumnSpec, name: str) -> StagedColumn:
    currency = published.scenario.currency
    sql, unit = f'"{column.name}"', column.unit
    if column.form:
        sql, unit = column.form.sql(sql), currency if column.form.word == "cents" else unit
    return StagedColumn(name, sql, f"{column.text} [{unit}]" if unit in ("unit", currency) else column.text)


def _derived(published: Published, spec: TableSpec) -> Iterator[StagedColumn]:
    published_as = {c.field: f'"{c.name}"' for c in spec.columns if c.is_own}
    shops = tuple(published.scenario.demand.shops)
    if spec.entity == "order":
        if "time" in published_as:
            yield StagedColumn(
                "order_date", f"cast({published_as['time']} as date)", "Day on which the order was placed."
            )
        if len(shops) == 1:
            yield StagedColumn("shop_id", f"'{_escaped(shops[0])}'", "The only shop.")
        else:
            yield StagedColumn("shop_id", f"'{ANY_SHOP}'", "Which shop is not published.")
    if spec.entity == "line" and published.has("told_amount") and "total" not in published_as:
        unit = "unit_price" in published_as
        words = "Units times price paid" if unit else "Units times list price less discount, rounded half up"
        yield StagedColumn(
            "line_total",
            _amount(published_as, published.scenario.discount.rounded_by),
            f"{words}. [{published.scenario.currency}]",
        )


def _amount(published_as: Mapping[str, str], rounded_by: str) -> str:
    units = published_as["quantity"]
    if "unit_price" in published_as:
        product = f"{units} * {published_as['unit_price']}"
    else:
        reduced = f"{published_as['list_price']} * (1 - {published_as['discount']})"
        product = (
            f"{units} * round({reduced}, 2)" if rounded_by == "unit" else f"round({units} * {reduced}, 2)"
        )
    return f"cast({product} as decimal(18, 2))"


def _escaped(text: str) -> str:
    return text.replace("'", "''")
