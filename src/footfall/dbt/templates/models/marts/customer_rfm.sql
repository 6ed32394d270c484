[# needs: buyers #]
with orders as (
    select *
    from {{ ref('fct_orders') }}
%% if has('order.status')
    where not is_cancelled
%% endif
),

as_of as (
    select max(order_date) as last_day
    from orders
),

customers as (
    select
        orders.customer_id,
        max(orders.order_date) as last_order_date,
        count(*) as frequency,
        {{ money('sum(orders.net_revenue)') }} as monetary
    from orders
    group by orders.customer_id
),

scored as (
    select
        customers.customer_id,
        customers.last_order_date,
        {{ days_between('customers.last_order_date', 'as_of.last_day') }} as recency_days,
        customers.frequency,
        customers.monetary,
        ntile(5) over (order by customers.last_order_date asc, customers.customer_id asc) as recency_score,
        ntile(5) over (order by customers.frequency asc, customers.customer_id asc) as frequency_score,
        ntile(5) over (order by customers.monetary asc, customers.customer_id asc) as monetary_score
    from customers
    cross join as_of
)

select
    customer_id,
    last_order_date,
    recency_days,
    frequency,
    monetary,
    recency_score,
    frequency_score,
    monetary_score,
    case
        when recency_score >= 4 and frequency_score >= 4 then 'Champions'
        when recency_score >= 3 and frequency_score >= 3 then 'Loyal'
        when recency_score >= 4 then 'Recent'
        when frequency_score >= 4 then 'At risk'
        when recency_score >= 2 then 'Fading'
        else 'Lost'
    end as segment
from scored
