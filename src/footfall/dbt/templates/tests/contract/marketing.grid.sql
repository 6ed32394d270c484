-- Each day from the first to the last has a row for each shop, and no other.
with horizon as (
    select
        min(spend_date) as first_day,
        max(spend_date) as last_day
    from {{ ref('stg_marketing_daily') }}
),

expected as (
    select
        dates.date_day,
        shops.shop_id
    from {{ ref('dim_date') }} as dates
    inner join horizon on dates.date_day between horizon.first_day and horizon.last_day
    cross join {{ ref('dim_shop') }} as shops
%% if not has('shop')
    where shops.shop_id <> '[[ any_shop ]]'
%% endif
)

select
    expected.date_day,
    expected.shop_id,
    spend.spend_date,
    spend.shop_id as spend_shop_id
from expected
full outer join {{ ref('stg_marketing_daily') }} as spend
    on
        expected.date_day = spend.spend_date
        and expected.shop_id = spend.shop_id
where expected.date_day is null or spend.spend_date is null
