%% if has('order.time')
select ordered_at
from {{ ref('stg_orders') }}
where
    order_date < cast('[[ scenario.first_day ]]' as date)
    or cast(ordered_at as time) < cast('[[ scenario.demand.opens_at ]]' as time)
    or cast(ordered_at as time) > cast('[[ scenario.demand.closes_at ]]' as time)
%% else
select order_date
from {{ ref('stg_orders') }}
where order_date < cast('[[ scenario.first_day ]]' as date)
%% endif
