"""A shop with tables, columns and checks of its own, for the tests of what a scenario can publish."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

import footfall
from footfall import Dataset
from footfall.contract import Finding
from footfall.core.content_hash import ContentHash

ORDER_WIDE = (
    "tables.order_wide={rows: line, columns: {line_id: id, order_id: order, sku: product, qty: quantity, "
    "ordered_on: order.date, status: order.status, paid: order.total, product_name: product.name, "
    "category: {field: product.category, text: What kind of thing was bought.}, buyer: order.customer, "
    "email: order.customer.email, city: order.customer.city, registered: order.customer.registered}}"
)
REVIEW_WIDE = (
    "tables.review_wide={rows: review, columns: {review_id: id, product: product.name, reviewer: customer, "
    "city: customer.city}}"
)
TWINS = (
    "tables.slim={rows: line, columns: {sku: product, price: list_price, line_id: id}}",
    "tables.places={rows: order, columns: {id: id, place: customer.city, status: status}}",
)
WIDE = (ORDER_WIDE, REVIEW_WIDE, *TWINS)


def made(*changes: str, **options: Any) -> Dataset:
    """`storefront` at scale 0.02 with changes; its contract holds."""
    dataset = footfall.generate("storefront", **{"scale": 0.02, "overrides": changes, **options})
    assert [f for f in dataset.findings if f.verdict == "fail"] == []
    return dataset


def hashes(dataset: Dataset) -> dict[str, str]:
    """Content hash of each table."""
    return {name: record.content_hash for name, record in dataset.manifest.tables.items()}


def hash_of(dataset: Dataset, name: str) -> str:
    """Content hash of a table's rows as they lie there."""
    content = ContentHash(dataset.subject.tables[name])
    for batch in dataset.tables[name].to_batches():
        content.add(batch)
    return content.hexdigest()


def looked_up(keys: pa.ChunkedArray, table: pa.Table, key: str, column: str) -> list[Any]:
    """Values of a column of the rows with these keys, the plain way."""
    by_key = dict(zip(table[key].to_pylist(), table[column].to_pylist(), strict=True))
    return [by_key[k] for k in keys.to_pylist()]


def finding(findings: list[Finding], check: str) -> Finding:
    """Return the finding of a check."""
    return next(f for f in findings if f.check == check)


COLUMNS = (
    'tables.order_items.columns.net={sql: "quantity * unit_price * (1 - discount)", kind: money, text: Net.}',
    "tables.order_items.columns.uid={sql: \"md5('line' || order_item_id)::uuid::text\", kind: text}",
    'tables.order_items.columns.is_dear={sql: "net > 100", kind: boolean, text: Whether it is dear.}',
    "tables.orders.columns.month={sql: \"strftime(order_date, '%Y-%m')\", kind: month, text: Month.}",
    'tables.orders.columns.due={sql: "order_date + interval 36 hour", kind: timestamp, text: When due.}',
    "tables.orders.columns.size={sql: \"if(total_amount > 100, 'big', 'small')\", kind: code, text: Size.}",
    'tables.products.columns.third={sql: "price / 3", kind: number, text: A third.}',
    'tables.products.columns.sells_from={sql: "created_date + 1", kind: date, text: The day after.}',
    'tables.reviews.columns.stars={sql: "rating / 5", kind: fraction, text: Share of all stars.}',
    'tables.customers.columns.bonus={sql: "length(last_name) % 7", kind: integer, text: Points.}',
)

NO_NEGATIVE = (
    'checks.no_negative={sql: "select count(*) from order_items where line_total < 0", expect: 0, '
    "text: No line is negative.}"
)
DEAR_SHARE = (
    'checks.dear_share={sql: "select avg(is_dear::int) from order_items", expect: 0.3, tolerance: 0.3, '
    "text: Few lines are dear.}"
)
ORPHANS = (
    'checks.orphans={sql: "with seen as (select order_id from order_items group by all) select count(*) from '
    'orders o where not exists (select 1 from seen s where s.order_id = o.order_id)", expect: 0}'
)
TWICE = (
    'checks.twice={sql: "select count(*) from products a join products b on a.product_id = b.product_id + 1"'
    ", expect: 199, whole_horizon: true}"
)
CHECKS = (*COLUMNS, NO_NEGATIVE, DEAR_SHARE, ORPHANS, TWICE)
