%% if has('order.time')
select ordered_at
from {{ ref('stg_orders') }}
where
    cast(ordered_at as time) < cast('[[ scenario.demand.opens_at ]]' as time)
    or cast(ordered_at as time) > cast('[[ scenario.demand.closes_at ]]' as time)
%% endif
