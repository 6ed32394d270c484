%% set wanted = scenario.targets.marketing_share
%% if wanted and scenario.marketing and whole and built('marketing_efficiency')
-- Binds the whole horizon, once its last week has come and there are [[ binding ]] orders. A small sample gets five
-- standard errors, by the noise that the scenario puts on a day's spend.
with sales as (
    select
        sum(orders) as orders,
        max(date_day) as last_day,
        cast(sum(revenue) as double precision) as revenue,
        sqrt(sum(power(cast(revenue as double precision), 2))) as length
    from {{ ref('daily_sales_by_shop') }}
),

spend as (
    select sum(marketing_spend) as marketing_spend
    from {{ ref('fct_marketing_daily') }}
),

observed as (
    select
        sales.orders,
        sales.last_day,
        {{ ratio('spend.marketing_spend', 'sales.revenue') }} as marketing_share,
        [[ scenario.marketing.revenue_share_sd ]] * sales.length / sales.revenue as standard_error
    from sales
    cross join spend
)

select *
from observed
where
    orders >= [[ binding ]]
    and last_day > {{ days_before("cast('[[ scenario.last_day ]]' as date)", 7) }}
    and abs(marketing_share - [[ wanted.value or scenario.marketing.revenue_share ]])
    > greatest([[ wanted.tolerance or 0 ]], 5 * standard_error)
%% endif
