"""Statements that each break a rule of the published tables, and the tests of dbt that notice them."""

from __future__ import annotations

BREAKS = {
    "vantage": (
        "update raw_products set cost_price_eur = cost_price_eur * 0.8",
        "update raw_line_items set unit_price_paid = unit_price_paid * 1.1",
        "update raw_marketing_daily set spend_eur = spend_eur * 2",
        "update raw_products set product_name = (select min(product_name) from raw_products) "
        "where sku_id = (select max(sku_id) from raw_products)",
        "delete from raw_line_items where order_id = 120",
        "update raw_line_items set discount = 0 where line_number = 1 and order_id = "
        "(select min(order_id) from raw_orders where order_ts >= '2025-11-21')",  # in black week
        "update raw_line_items as i set sku_id = j.sku_id from raw_line_items j "
        "where i.order_id = j.order_id and i.line_number = 2 and j.line_number = 1 and i.order_id = "
        "(select min(order_id) from raw_line_items where order_id > 200 and line_number = 2)",
        "update raw_orders set order_ts = '2025-01-20 03:00:00' where order_id = 100",  # at night
        "update raw_orders set shop_id = 'FR' where order_id = 101",
        "insert into raw_orders select * from raw_orders where order_id = 102",
        "update raw_line_items set order_id = 999999 where order_id = 103 and line_number = 1",
        "update raw_line_items set sku_id = 1 where order_id = 104 and line_number = 1",
        "update raw_line_items set unit_price_paid = 0.01 where order_id = 105 and line_number = 1",
        "update raw_line_items set qty = 7 where order_id = 106 and line_number = 1",
        "update raw_line_items set discount = 0.33 where order_id = 107 and line_number = 1",
        "delete from raw_marketing_daily where date = '2025-03-01' and shop_id = 'AT'",
        "update raw_budget_monthly set plan_revenue = null where month = '2025-05' and shop_id = 'CH'",
        "update raw_products set category = 'Schuhe' where sku_id = "
        "(select max(sku_id) from raw_products where sub_category = 'Zelte')",
    ),
    "storefront": (
        "update order_items as i set line_total = case when month(order_date) > 10 then 1 "
        "when customer_id % 10 = 0 then 1000 else 10 end "
        "from orders o where o.order_id = i.order_id",
        "update customers set registration_date = '2022-01-01' where customer_id = 9",
        "update reviews as r set customer_id = o.customer_id, product_id = o.product_id from reviews o "
        "where o.review_id = 20 and r.review_id = 21",
        "update orders set status = 'Lost' where order_id = (select min(order_id) from orders "
        "where status = 'Processing')",
        "update orders set total_amount = total_amount + 0.01 where order_id = 30",
        "update orders set order_date = '2023-01-01' where order_id = (select max(order_id) from orders "
        "where status = 'Cancelled')",  # before the registration
        "update orders set customer_id = 99999 where order_id = (select max(order_id) from orders "
        "where status = 'Processing')",
        "update order_items set unit_price = unit_price + 1 where order_item_id = 50",
        "update order_items set order_item_id = 60 where order_item_id = 61",
        "update products set price = price + 0.02 where product_id = 5",
        "update products set stock_quantity = -1 where product_id = 6",
        "update reviews set rating = 6 where review_id = 7",
        "update reviews set review_date = '2022-12-31' where review_id = 8",
    ),
    "jaffle": (
        "update raw_orders set subtotal = subtotal + 100 where id = (select min(id) from raw_orders)",
        "update raw_orders set ordered_at = '2017-01-01 12:00:00' "
        "where id = (select max(id) from raw_orders)",
        "update raw_products set price = price + 1 where sku = 'JAF-003'",
        "update raw_products set name = (select min(name) from raw_products) where sku = "
        "(select sku from raw_products order by name desc limit 1)",
        "update raw_supplies set sku = 'JAF-999' where id = 'SUP-004' and sku = 'JAF-001'",
        "update raw_supplies set cost = null where id = 'SUP-004' and sku = 'JAF-002'",
        "delete from raw_items where order_id = (select id from raw_orders order by id limit 1 offset 50)",
    ),
    "grocer": (
        "update receipts set bought_at = '1990-01-02 12:00:00' where receipt_id = 60",
        "update receipts set total = total + 0.01 where receipt_id = 61",
        "update receipt_lines set line_total = line_total + 1 where receipt_id = 61 and line = 1",
        "update receipt_lines set list_price = list_price + 1 where receipt_id = 62 and line = 1",
        "update receipt_lines set line = 30 where receipt_id = 63 and line = 1",
        "update receipts set store = case store when 'Passau' then 'Kassel' else 'Passau' end "
        "where receipt_id = (select max(receipt_id) from receipts where customer_id = 1)",
        "update products set stock = -3 where sku = (select max(sku) from products)",
    ),
    "marketplace": (
        "update orders set promised_on = promised_on + 1 where order_id = 50",
        "update orders set delivered_on = cast(purchased_at as date) where order_id = 51",
        "update orders set payment_value = payment_value + 1 where order_id = 52",
        "update orders set status = 'lost' where order_id = (select min(order_id) from orders "
        "where status = 'shipped')",
        "update order_items set discount = 0.33 where order_id = 53",
        "update order_reviews set score = 0 where review_id = 9",
        "update order_reviews as r set customer_id = o.customer_id, product_id = o.product_id "
        "from order_reviews o where o.review_id = 20 and r.review_id = 21",
        "update customers set signed_up_on = '2025-01-01' where customer_id = "
        "(select customer_id from orders where order_id = 54)",
    ),
    "fashion": (
        "update fct_order set total_local = total_local + 0.01 where order_id = "
        "(select max(order_id) from fct_order where currency = 'CHF')",
        "delete from exchange_rate where currency = 'CHF' and date = (select max(cast(ordered_at as date)) "
        "from fct_order where currency = 'CHF' and ordered_at < '2025-06-01')",
        "update fct_order set paid = paid - 1 where order_id = 50",
        "update fct_order set ordered_at = '2013-01-01 12:00:00' where order_id = 51",
        "update fct_order_line set unit_price = unit_price + 1 where order_id = 52 and line = 1",
        "update fct_order_line set article_id = 1 where order_id = 53 and line = 1",
        "update dim_article set last_sold_on = '2024-01-01' where article_id = "
        "(select max(article_id) from fct_order_line where order_id = 400)",
        "update dim_article set list_price = list_price + 0.01 where article_id = "
        "(select max(article_id) from fct_order_line where order_id = 500)",
        "delete from marketing_spend where date = '2024-03-01' and shop = 'AT'",
    ),
}
NOTICED = {
    "vantage": {
        "targets_gross_margin",
        "targets_order_value",
        "targets_marketing_share",
        "products_names",
        "lines_orders",
        "lines_event_discount",
        "lines_distinct",
        "source_unique_combination_raw_raw_line_items_order_id__sku_id",
        "orders_hours",
        "source_accepted_values_raw_raw_orders__shop_id___DE__AT__CH",
        "customers_home",
        "budget_grid",  # FR is one more shop, and has neither budget
        "marketing_grid",  # nor marketing
        "source_unique_raw_raw_orders__order_id_",
        "unique_stg_orders_order_id",
        "unique_fct_orders_order_id",
        "unique_combination_fct_order_lines_order_id__product_id",
        "source_relationships_raw_raw_line_items__order_id____order_id___source_raw_raw_orders_",
        "lines_numbers",
        "source_relationships_raw_raw_line_items__sku_id____sku_id___source_raw_raw_products_",
        "relationships_fct_order_lines_product_id__product_id__ref_dim_product_",
        "lines_price_paid",
        "source_accepted_values_raw_raw_line_items__qty___False__1__2",
        "lines_everyday_discount",
        "source_no_nulls_raw_raw_budget_monthly_month__shop_id__plan_revenue__plan_orders__plan_margin",
        "products_sub_categories",
    },
    "storefront": {
        "promises_season",
        "targets_top_customers",
        "customers_registered",
        "reviews_distinct",
        "source_accepted_values_raw_orders__status___Completed__Processing__Cancelled__Returned",
        "orders_amount",
        "customers_orders_after",
        "products_created",
        "source_relationships_raw_orders__customer_id____customer_id___source_raw_customers_",
        "relationships_fct_orders_customer_id__customer_id__ref_dim_customer_",
        "relationships_customer_rfm_customer_id__customer_id__ref_dim_customer_",
        "lines_list_price",
        "lines_total",
        "source_unique_raw_order_items__order_item_id_",
        "unique_stg_order_lines_line_id",
        "unique_fct_order_lines_line_id",
        "products_price_endings",
        "products_stock",
        "source_accepted_values_raw_reviews__rating___False__1__2__3__4__5",
        "reviews_bought",
        "relationships_fct_reviews_review_date__date_day__ref_dim_date_",
    },
    "jaffle": {
        "lines_orders",
        "orders_hours",
        "orders_tax",
        "products_names",
        "products_price_endings",
        "relationships_dim_supply_product_id__product_id__ref_dim_product_",
        "relationships_fct_orders_order_date__date_day__ref_dim_date_",
        "shops_opened",
        "source_no_nulls_raw_raw_supplies_id__name__cost__perishable__sku",
        "source_relationships_raw_raw_supplies__sku____sku___source_raw_raw_products_",
    },
    "grocer": {
        "customers_home",
        "lines_list_price",
        "lines_numbers",
        "lines_total",
        "orders_amount",
        "orders_hours",
        "products_stock",
        "relationships_fct_orders_order_date__date_day__ref_dim_date_",
        "shops_opened",
    },
    "marketplace": {
        "customers_orders_after",
        "customers_registered",
        "lines_everyday_discount",
        "lines_total",
        "orders_delivered",
        "orders_grand_total",
        "orders_promised",
        "reviews_distinct",
        "source_accepted_values_raw_order_reviews__score___False__1__2__3__4__5",
        "source_accepted_values_raw_orders__status___delivered__shipped__canceled__returned",
    },
    "fashion": {
        "customers_orders_after",
        "lines_price_paid",
        "marketing_grid",
        "orders_amount",
        "orders_grand_total",
        "orders_hours",
        "orders_total_local",
        "products_created",
        "products_delisted",
        "products_price_endings",
        "relationships_fct_order_lines_product_id__product_id__ref_dim_product_",
        "relationships_fct_orders_order_date__date_day__ref_dim_date_",
        "shops_opened",
        "source_relationships_raw_fct_order_line__article_id____article_id___source_raw_dim_article_",
    },
}
