%% if has('order.currency')
select
    orders.order_date,
    orders.order_total,
    orders.total_local,
    rates.exchange_rate
from {{ ref('stg_orders') }} as orders
left join {{ ref('stg_exchange_rates') }} as rates
    on
        orders.order_date = rates.rate_date
        and orders.currency = rates.currency
where
    rates.exchange_rate is null
    or orders.total_local <> round(orders.order_total * cast(rates.exchange_rate as decimal(18, 6)), 2)
%% endif
