[# needs: marketing_day.date, marketing_day.shop, marketing_day.spend #]
select
    spend_date,
    shop_id,
    marketing_spend
from {{ ref('stg_marketing_daily') }}
