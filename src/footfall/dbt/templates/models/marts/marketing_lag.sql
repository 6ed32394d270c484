[# needs: marketing_efficiency #]
-- By how many days does spend lead revenue? The lag with the highest correlation tells.
{% set lags = range(0, 15) %}
with lags as (
    {% for lag in lags %}
        select {{ lag }} as lag_days
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

pairs as (
    select
        lags.lag_days,
        spend.shop_id,
        cast(spend.marketing_spend as double precision) as marketing_spend,
        cast(sales.revenue as double precision) as revenue
    from {{ ref('fct_marketing_daily') }} as spend
    cross join lags
    inner join {{ ref('daily_sales_by_shop') }} as sales
        on
            spend.shop_id = sales.shop_id
            and lags.lag_days = {{ days_between('spend.spend_date', 'sales.date_day') }}
),

correlated as (
    select
        shop_id,
        lag_days,
        count(*) as days,
        -- Six decimals: the last digits of a float hang on the order in which rows are added up.
        cast(corr(marketing_spend, revenue) as decimal(10, 6)) as correlation
    from pairs
    group by
        shop_id,
        lag_days
)

select
    shop_id,
    lag_days,
    days,
    correlation,
    rank() over (partition by shop_id order by correlation desc) = 1 as is_best_lag
from correlated
