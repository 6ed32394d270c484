[# needs: day, revenue #]
with orders as (
    select * from {{ ref('fct_orders') }}
),

horizon as (
    select
        min(order_date) as first_day,
        max(order_date) as last_day
    from orders
),

-- Every day and shop, so that a day without orders shows as such.
days as (
    select
        dates.date_day,
        shops.shop_id
    from {{ ref('dim_date') }} as dates
    inner join horizon on dates.date_day between horizon.first_day and horizon.last_day
    cross join {{ ref('dim_shop') }} as shops
),

sales as (
    select
        order_date,
        shop_id,
        count(*) as orders,
%% if has('order.customer')
        count(distinct customer_id) as customers,
%% endif
%% if has('lines') and has('line.quantity')
        cast(sum(units) as bigint) as units,
%% endif
        sum(revenue) as revenue,
%% if has('cost')
        sum(cost) as cost,
        sum(gross_margin) as gross_margin,
%% endif
%% if has('order.status')
        sum(case when is_cancelled then revenue else 0 end) as cancelled_revenue,
%% endif
%% if has('returns') and has('amount')
        sum(returned_revenue) as returned_revenue,
%% endif
        sum(net_revenue) as net_revenue
    from orders
    group by
        order_date,
        shop_id
)

select
    days.date_day,
    days.shop_id,
    coalesce(sales.orders, 0) as orders,
%% if has('order.customer')
    coalesce(sales.customers, 0) as customers,
%% endif
%% if has('lines') and has('line.quantity')
    coalesce(sales.units, 0) as units,
%% endif
    {{ money('coalesce(sales.revenue, 0)') }} as revenue,
%% if has('cost')
    {{ money('coalesce(sales.cost, 0)') }} as cost,
    {{ money('coalesce(sales.gross_margin, 0)') }} as gross_margin,
    {{ ratio('sales.gross_margin', 'sales.revenue') }} as gross_margin_rate,
%% endif
%% if has('order.status')
    {{ money('coalesce(sales.cancelled_revenue, 0)') }} as cancelled_revenue,
%% endif
%% if has('returns') and has('amount')
    {{ money('coalesce(sales.returned_revenue, 0)') }} as returned_revenue,
%% endif
    {{ money('coalesce(sales.net_revenue, 0)') }} as net_revenue,
    {{ ratio('sales.revenue', 'sales.orders') }} as average_order_value
from days
left join sales
    on
        days.date_day = sales.order_date
        and days.shop_id = sales.shop_id
