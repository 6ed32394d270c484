"""What marts say, and the same from the published tables: pairs of queries whose rows are equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb


def cents(amount: str) -> str:
    """SQL for an amount in whole cents, which has one type everywhere."""
    return f"cast(({amount}) * 100 as bigint)"


_PAID = "qty * unit_price_paid"
_VANTAGE = (
    (
        f"""
        select date_day, shop_id, orders,
            {cents("revenue")}, {cents("gross_margin")}, {cents("returned_revenue")}
        from analytics_marts.daily_sales_by_shop where orders > 0 order by 1, 2
        """,
        f"""
        select cast(order_ts as date), shop_id, count(distinct order_id), {cents(f"sum({_PAID})")},
            {cents("sum(qty * (unit_price_paid - cost_price_eur))")},
            {cents(f"coalesce(sum({_PAID}) filter (where is_returned), 0)")}
        from raw_orders join raw_line_items using (order_id) join raw_products using (sku_id)
        group by 1, 2 order by 1, 2
        """,
    ),
    (
        f"""
        select count(*), cast(sum(orders) as bigint), {cents("sum(revenue)")}, {cents("sum(planned_revenue)")}
        from analytics_marts.budget_vs_actual
        """,
        f"""
        select count(*), (select count(*) from raw_orders),
            (select {cents(f"sum({_PAID})")} from raw_line_items), {cents("sum(plan_revenue)")}
        from raw_budget_monthly
        """,
    ),
    (
        f"""
        select shop_id, {cents("sum(marketing_spend)")}, {cents("sum(led_revenue)")}
        from analytics_marts.marketing_efficiency group by 1 order by 1
        """,
        f"""
        select shop_id,
            (select {cents("sum(spend_eur)")} from raw_marketing_daily m where m.shop_id = o.shop_id),
            {cents(f"sum({_PAID})")}
        from raw_orders o join raw_line_items using (order_id)
        where order_ts >= date '2025-01-03' group by 1 order by 1
        """,
    ),
    (
        """
        select category, other_category from analytics_marts.basket_affinity
        order by lift desc, category limit 1
        """,
        "select 'Bekleidung', 'Schuhe'",  # the scenario's affinity, told from either side
    ),
    ("select lag_days from analytics_marts.marketing_lag where is_best_lag and shop_id = 'DE'", "select 2"),
    (
        """
        select category, other_category, orders_with_both from analytics_marts.basket_affinity
        where category <> other_category order by orders_with_both, category
        """,
        """
        with b as (select distinct order_id, category from raw_line_items join raw_products using (sku_id))
        select x.category, y.category, count(*) from b x join b y using (order_id)
        where x.category <> y.category group by 1, 2 order by 3, 1
        """,
    ),
    (
        """
        select category, cast(sum(lines) as bigint), cast(sum(returned_lines) as bigint)
        from analytics_marts.return_rates group by 1 order by 1
        """,
        """
        select category, count(*), count(*) filter (where is_returned)
        from raw_line_items join raw_products using (sku_id) group by 1 order by 1
        """,
    ),
    (
        f"""
        select count(*), cast(sum(frequency) as bigint), {cents("sum(monetary)")}
        from analytics_marts.customer_rfm
        """,
        f"""
        select count(distinct customer_id), count(distinct order_id),
            {cents(f"sum({_PAID}) filter (where not is_returned)")}
        from raw_orders join raw_line_items using (order_id)
        """,
    ),
)
_STOREFRONT = (
    (
        f"""
        select date_day, orders, {cents("revenue")}, {cents("cancelled_revenue")}, {cents("net_revenue")}
        from analytics_marts.daily_sales_by_shop where orders > 0 order by 1
        """,
        f"""
        select order_date, count(*), {cents("sum(total_amount)")},
            {cents("coalesce(sum(total_amount) filter (where status = 'Cancelled'), 0)")},
            {cents("coalesce(sum(total_amount) filter (where status in ('Completed', 'Processing')), 0)")}
        from orders group by 1 order by 1
        """,
    ),
    (
        f"""
        select product_id, cast(units as bigint), reviews, {cents("revenue")}, {cents("gross_margin")}
        from analytics_marts.product_performance order by 1
        """,
        f"""
        select p.product_id, cast(coalesce(sum(quantity), 0) as bigint),
            (select count(*) from reviews r where r.product_id = p.product_id),
            {cents("coalesce(sum(line_total), 0)")}, {cents("coalesce(sum(line_total - quantity * cost), 0)")}
        from products p left join order_items i on i.product_id = p.product_id group by 1 order by 1
        """,
    ),
    (
        """
        select cohort_month, cohort_customers
        from analytics_marts.cohort_retention where months_since_first = 0 order by 1
        """,
        """
        with firsts as (select min(order_date) as day from orders group by customer_id)
        select cast(date_trunc('month', day) as date), count(*) from firsts group by 1 order by 1
        """,
    ),
    (
        f"select cast(sum(orders) as bigint), {cents('sum(revenue)')} from analytics_marts.cohort_retention",
        f"select count(*), {cents('sum(total_amount)')} from orders",
    ),
    (
        """
        select cast(sum(lines) as bigint), cast(sum(returned_lines) as bigint)
        from analytics_marts.return_rates
        """,
        """
        select count(*), count(*) filter (where status = 'Returned')
        from order_items join orders using (order_id)
        """,
    ),
)
PAIRS: Mapping[str, Sequence[tuple[str, str]]] = {"vantage": _VANTAGE, "storefront": _STOREFRONT}


def published(scenario: str, tables: Mapping[str, Any]) -> list[list[tuple[Any, ...]]]:
    """Rows of the second query of each pair, over Arrow tables by their published names."""
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return [connection.execute(raw).fetchall() for _, raw in PAIRS[scenario]]
