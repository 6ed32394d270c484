-- Each month has a row for each shop, and no other.
with months as (
    select distinct budget_month
    from {{ ref('stg_budget_monthly') }}
),

expected as (
    select
        months.budget_month,
        shops.shop_id
    from months
    cross join {{ ref('dim_shop') }} as shops
%% if not has('shop')
    where shops.shop_id <> '[[ any_shop ]]'
%% endif
)

select
    expected.budget_month,
    expected.shop_id
from expected
left join {{ ref('stg_budget_monthly') }} as budget
    on
        expected.budget_month = budget.budget_month
        and expected.shop_id = budget.shop_id
where budget.shop_id is null
