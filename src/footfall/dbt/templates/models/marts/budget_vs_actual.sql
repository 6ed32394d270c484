[# needs: fct_budget_monthly, daily_sales_by_shop, shop, budget_month.revenue #]
with budget as (
    select * from {{ ref('fct_budget_monthly') }}
),

actual as (
    select
        {{ start_of('month', 'date_day') }} as month_start,
        shop_id,
        cast(sum(orders) as bigint) as orders,
%% if has('cost')
        sum(gross_margin) as gross_margin,
%% endif
        sum(revenue) as revenue
    from {{ ref('daily_sales_by_shop') }}
    group by
        {{ start_of('month', 'date_day') }},
        shop_id
)

select
%% filter select_list
    budget.month_start,
    budget.shop_id,
    budget.planned_revenue,
    {{ money('coalesce(actual.revenue, 0)') }} as revenue,
    {{ money('coalesce(actual.revenue, 0) - budget.planned_revenue') }} as revenue_variance,
    {{ ratio('coalesce(actual.revenue, 0)', 'budget.planned_revenue') }} as revenue_attainment,
%% if has('budget_month.orders')
    budget.planned_orders,
    coalesce(actual.orders, 0) as orders,
    coalesce(actual.orders, 0) - budget.planned_orders as orders_variance,
%% endif
%% if has('margin_plan')
    budget.planned_margin,
    {{ money('coalesce(actual.gross_margin, 0)') }} as gross_margin,
    {{ money('coalesce(actual.gross_margin, 0) - budget.planned_margin') }} as margin_variance,
%% endif
%% endfilter
from budget
left join actual
    on
        budget.month_start = actual.month_start
        and budget.shop_id = actual.shop_id
