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
_JAFFLE = (
    (
        f"""
        select date_day, shop_id, orders, {cents("revenue")}, {cents("net_revenue")}
        from analytics_marts.daily_sales_by_shop where orders > 0 order by 1, 2
        """,
        """
        select cast(ordered_at as date), store_id, count(*),
            cast(sum(subtotal) as bigint), cast(sum(order_total - tax_paid) as bigint)
        from raw_orders group by 1, 2 order by 1, 2
        """,
    ),
    (
        f"select product_id, orders, {cents('revenue')} from analytics_marts.product_performance order by 1",
        """
        select sku, count(distinct order_id), cast(sum(price) as bigint)
        from raw_items join raw_products using (sku) group by 1 order by 1
        """,
    ),
    (
        f"""
        select product_id, count(*), {cents("sum(supply_cost)")}
        from analytics_core.dim_supply group by 1 order by 1
        """,
        "select sku, count(*), cast(sum(cost) as bigint) from raw_supplies group by 1 order by 1",
    ),
    (
        f"select cast(sum(orders) as bigint), {cents('sum(revenue)')} from analytics_marts.cohort_retention",
        "select count(*), cast(sum(subtotal) as bigint) from raw_orders",
    ),
    ("select count(*) from analytics_core.fct_reviews", "select count(*) from raw_tweets"),
)
_GROCER = (
    (
        f"""
        select date_day, shop_id, orders,
            {cents("revenue")}, {cents("gross_margin")}, {cents("returned_revenue")}
        from analytics_marts.daily_sales_by_shop where orders > 0 order by 1, 2
        """,
        f"""
        select cast(bought_at as date), store, count(distinct receipt_id), {cents("sum(line_total)")},
            {cents("sum(line_total - units * purchase_price)")},
            {cents("coalesce(sum(line_total) filter (where is_returned), 0)")}
        from receipts join receipt_lines using (receipt_id) join products using (sku)
        group by 1, 2 order by 1, 2
        """,
    ),
    (
        """
        select category, cast(sum(lines) as bigint), cast(sum(returned_lines) as bigint)
        from analytics_marts.return_rates group by 1 order by 1
        """,
        """
        select category, count(*), count(*) filter (where is_returned)
        from receipt_lines join products using (sku) group by 1 order by 1
        """,
    ),
    (
        f"""
        select count(*), cast(sum(frequency) as bigint), {cents("sum(monetary)")}
        from analytics_marts.customer_rfm
        """,
        f"""
        select count(distinct customer_id), count(distinct receipt_id),
            {cents("sum(line_total) filter (where not is_returned)")}
        from receipts join receipt_lines using (receipt_id)
        """,
    ),
)
_STARS = "cast(round({} * 1000000) as bigint)"
_MARKETPLACE = (
    (
        f"""
        select date_day, orders, {cents("revenue")}, {cents("cancelled_revenue")}, {cents("net_revenue")}
        from analytics_marts.daily_sales_by_shop where orders > 0 order by 1
        """,
        f"""
        select cast(purchased_at as date), count(*), {cents("sum(total)")},
            {cents("coalesce(sum(total) filter (where status = 'canceled'), 0)")},
            {cents("coalesce(sum(total) filter (where status in ('delivered', 'shipped')), 0)")}
        from orders group by 1 order by 1
        """,
    ),
    (
        f"""
        select month_start, orders, cast(late_orders as bigint), {_STARS.format("average_rating_in_time")},
            {_STARS.format("average_rating_late")}, {_STARS.format("average_days_to_delivery")}
        from analytics_marts.delivery_performance order by 1
        """,
        f"""
        with placed as (
            select *, cast(purchased_at as date) as day, delivered_on > promised_on as is_late
            from orders where status <> 'canceled'
        ),
        firsts as (
            select customer_id, product_id, min(order_id) as order_id
            from placed join order_items using (order_id) group by 1, 2
        ),
        rated as (
            select order_id, score from firsts join order_reviews using (customer_id, product_id)
        )
        select cast(date_trunc('month', day) as date), count(distinct order_id),
            count(distinct order_id) filter (where is_late),
            {_STARS.format("avg(score) filter (where not is_late)")},
            {_STARS.format("avg(score) filter (where is_late)")}, {_STARS.format("avg(delivered_on - day)")}
        from placed left join rated using (order_id) group by 1 order by 1
        """,
    ),
    (
        f"""
        select product_id, cast(units as bigint), reviews, {cents("revenue")}, {cents("gross_margin")}
        from analytics_marts.product_performance where units > 0 order by 1
        """,
        f"""
        with counted as (select product_id, count(*) as reviews from order_reviews group by 1)
        select product_id, cast(sum(quantity) as bigint), coalesce(max(reviews), 0),
            {cents("sum(line_total)")}, {cents("sum(line_total - quantity * seller_gets)")}
        from order_items join products using (product_id) left join counted using (product_id)
        group by 1 order by 1
        """,
    ),
)
_FASHION = (
    (
        f"""
        select date_day, shop_id, orders, {cents("revenue")}, {cents("gross_margin")},
            {cents("cancelled_revenue")}, {cents("returned_revenue")}, {cents("net_revenue")}
        from analytics_marts.daily_sales_by_shop where orders > 0 order by 1, 2
        """,
        f"""
        with sold as (
            select *, units * unit_price as worth, status = 'Storniert' as is_cancelled
            from fct_order join fct_order_line using (order_id) join dim_article using (article_id)
        )
        select cast(ordered_at as date), shop, count(distinct order_id), {cents("sum(worth)")},
            {cents("sum(worth - units * cost)")},
            {cents("coalesce(sum(worth) filter (where is_cancelled), 0)")},
            {cents("coalesce(sum(worth) filter (where is_returned), 0)")},
            {cents("coalesce(sum(worth) filter (where not is_returned and not is_cancelled), 0)")}
        from sold group by 1, 2 order by 1, 2
        """,
    ),
    (
        f"""
        select spend_date, shop_id, {cents("marketing_spend")}, effect_date - spend_date
        from analytics_marts.marketing_efficiency order by 1, 2
        """,
        f"select date, shop, {cents('spend')}, 3 from marketing_spend order by 1, 2",
    ),
    (
        """
        select rate_date, currency, cast(round(exchange_rate * 1000000) as bigint)
        from analytics_core.fct_exchange_rates_daily order by 1, 2
        """,
        "select date, currency, cast(round(rate * 1000000) as bigint) from exchange_rate order by 1, 2",
    ),
    (
        f"""
        select product_id, cast(units as bigint), {cents("revenue")}, {cents("gross_margin")}
        from analytics_marts.product_performance where units > 0 order by 1
        """,
        f"""
        select article_id, cast(sum(units) as bigint), {cents("sum(units * unit_price)")},
            {cents("sum(units * unit_price - units * cost)")}
        from fct_order_line join dim_article using (article_id) group by 1 order by 1
        """,
    ),
)
PAIRS: Mapping[str, Sequence[tuple[str, str]]] = {
    "vantage": _VANTAGE,
    "storefront": _STOREFRONT,
    "jaffle": _JAFFLE,
    "grocer": _GROCER,
    "marketplace": _MARKETPLACE,
    "fashion": _FASHION,
}


def published(scenario: str, tables: Mapping[str, Any]) -> list[list[tuple[Any, ...]]]:
    """Rows of the second query of each pair, over Arrow tables by their published names."""
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return [connection.execute(raw).fetchall() for _, raw in PAIRS[scenario]]
