with items as (
    select
        order_items.order_id,
        count(*) as count_order_items,
        sum(products.product_price) as order_items_subtotal,
        sum(case when products.is_food_item then 1 else 0 end) as count_food_items,
        sum(case when products.is_drink_item then 1 else 0 end) as count_drink_items,
        sum(supplies.supply_cost) as order_cost
    from {{ ref('stg_order_items') }} as order_items
    left join {{ ref('stg_products') }} as products on order_items.product_id = products.product_id
    left join (
        select product_id, sum(supply_cost) as supply_cost
        from {{ ref('stg_supplies') }}
        group by 1
    ) as supplies on order_items.product_id = supplies.product_id
    group by 1
)

select
    orders.*,
    items.count_order_items,
    items.order_items_subtotal,
    items.order_cost,
    items.count_food_items > 0 as is_food_order,
    items.count_drink_items > 0 as is_drink_order,
    row_number() over (partition by orders.customer_id order by orders.ordered_at) as customer_order_number
from {{ ref('stg_orders') }} as orders
left join items on orders.order_id = items.order_id
