select
    customers.customer_id,
    customers.customer_name,
    count(orders.order_id) as count_lifetime_orders,
    min(orders.ordered_at) as first_ordered_at,
    max(orders.ordered_at) as last_ordered_at,
    sum(orders.order_total) as lifetime_spend,
    case when count(orders.order_id) > 1 then 'returning' else 'new' end as customer_type
from {{ ref('stg_customers') }} as customers
left join {{ ref('orders') }} as orders on customers.customer_id = orders.customer_id
group by 1, 2
