%% set wanted = scenario.targets.gross_margin
%% if wanted and whole and has('day') and has('cost')
-- Binds the whole horizon, once its last week has come and there are [[ binding ]] orders. A small sample gets five
-- standard errors.
with totals as (
    select
        count(*) as orders,
        max(order_date) as last_day,
        cast(sum(revenue) as double precision) as revenue,
        {{ ratio('sum(gross_margin)', 'sum(revenue)') }} as gross_margin_rate
    from {{ ref('fct_orders') }}
),

observed as (
    select
        totals.orders,
        totals.last_day,
        totals.gross_margin_rate,
        sqrt(sum(power(orders.gross_margin - totals.gross_margin_rate * orders.revenue, 2)))
        / max(totals.revenue) as standard_error
    from {{ ref('fct_orders') }} as orders
    cross join totals
    group by
        totals.orders,
        totals.last_day,
        totals.gross_margin_rate
)

select *
from observed
where
    orders >= [[ binding ]]
    and last_day > {{ days_before("cast('[[ scenario.last_day ]]' as date)", 7) }}
    and abs(gross_margin_rate - [[ wanted.value ]]) > greatest([[ wanted.tolerance or 0 ]], 5 * standard_error)
%% endif
