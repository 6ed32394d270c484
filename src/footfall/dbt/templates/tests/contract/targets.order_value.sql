%% set wanted = scenario.targets.order_value
%% if wanted and whole and has('day')
-- Binds the whole horizon, once its last week has come and there are [[ binding ]] orders. A small sample gets five
-- standard errors.
with observed as (
    select
        count(*) as orders,
        max(order_date) as last_day,
        avg(cast(revenue as double precision)) as order_value,
        stddev_samp(cast(revenue as double precision)) / sqrt(count(*)) as standard_error
    from {{ ref('fct_orders') }}
    where lines > 0
)

select *
from observed
where
    orders >= [[ binding ]]
    and last_day > {{ days_before("cast('[[ scenario.last_day ]]' as date)", 7) }}
    and abs(order_value - [[ wanted.value ]]) > greatest([[ wanted.tolerance or 0 ]], 5 * standard_error)
%% endif
