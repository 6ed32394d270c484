[# needs: fct_marketing_daily, daily_sales_by_shop, shop #]
-- Spend leads revenue: a day's money is set against the revenue that comes `marketing_lead_days` later.
with spend as (
    select
        spend_date,
        shop_id,
        marketing_spend,
        {{ add_days('spend_date', var('marketing_lead_days')) }} as effect_date
    from {{ ref('fct_marketing_daily') }}
),

sales as (
    select
        date_day,
        shop_id,
        revenue
    from {{ ref('daily_sales_by_shop') }}
),

paired as (
    select
        spend.spend_date,
        spend.shop_id,
        spend.effect_date,
        spend.marketing_spend,
        same_day.revenue as same_day_revenue,
        led.revenue as led_revenue
    from spend
    left join sales as same_day
        on
            spend.spend_date = same_day.date_day
            and spend.shop_id = same_day.shop_id
    left join sales as led
        on
            spend.effect_date = led.date_day
            and spend.shop_id = led.shop_id
),

-- The last days' revenue is still to come, so their spend must not weigh on a rolling share either.
rolling as (
    select
        *,
        sum(case when led_revenue is not null then marketing_spend end) over (
            partition by shop_id
            order by spend_date
            rows between 27 preceding and current row
        ) as spend_28_days,
        sum(led_revenue) over (
            partition by shop_id
            order by spend_date
            rows between 27 preceding and current row
        ) as led_revenue_28_days
    from paired
)

select
    spend_date,
    shop_id,
    effect_date,
    marketing_spend,
    same_day_revenue,
    led_revenue,
    {{ ratio('marketing_spend', 'led_revenue') }} as spend_share,
    {{ ratio('led_revenue', 'marketing_spend') }} as return_on_spend,
    {{ ratio('spend_28_days', 'led_revenue_28_days') }} as spend_share_28_days
from rolling
