[# needs: customers #]
%% set ordered = has('order.id') and has('order.customer')
with customers as (
%% if has('customer.id')
    select * from {{ ref('stg_customers') }}
%% else
    select distinct customer_id from {{ ref('stg_orders') }}
%% endif
)[[ "," if ordered ]]
%% if ordered

orders as (
    select
        customer_id,
%% if has('day')
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
%% endif
        count(*) as lifetime_orders
    from {{ ref('stg_orders') }}
    group by customer_id
)
%% endif

select
%% filter select_list
%% for column in staged('customer') or [{'name': 'customer_id'}]
    customers.[[ column.name ]],
%% endfor
%% if ordered
%% if has('day')
    orders.first_order_date,
    orders.last_order_date,
%% endif
    coalesce(orders.lifetime_orders, 0) as lifetime_orders,
%% endif
%% endfilter
from customers
%% if ordered
left join orders on customers.customer_id = orders.customer_id
%% endif
