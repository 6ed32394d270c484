[# needs: returns, sold, day, product.category #]
with lines as (
    select
        {{ start_of('month', 'lines.order_date') }} as month_start,
        lines.shop_id,
        products.category,
        lines.is_returned,
%% if has('amount')
        lines.revenue,
%% endif
        lines.order_id
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('dim_product') }} as products on lines.product_id = products.product_id
),

counted as (
    select
        month_start,
        shop_id,
        category,
        count(*) as lines,
%% if has('amount')
        {{ money('sum(revenue)') }} as revenue,
        {{ money('sum(case when is_returned then revenue else 0 end)') }} as returned_revenue,
%% endif
        sum(case when is_returned then 1 else 0 end) as returned_lines
    from lines
    group by
        month_start,
        shop_id,
        category
)

select
    month_start,
    shop_id,
    category,
    lines,
    returned_lines,
%% if has('amount')
    revenue,
    returned_revenue,
    {{ ratio('returned_revenue', 'revenue') }} as returned_revenue_rate,
%% endif
    {{ ratio('returned_lines', 'lines') }} as return_rate
from counted
