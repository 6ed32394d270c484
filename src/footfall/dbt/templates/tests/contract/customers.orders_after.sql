%% if has('customer.id')
select
    orders.customer_id,
    orders.order_date,
    customers.registered_on
from {{ ref('stg_orders') }} as orders
inner join {{ ref('stg_customers') }} as customers on orders.customer_id = customers.customer_id
where orders.order_date <= customers.registered_on
%% endif
