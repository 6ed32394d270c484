[# needs: sold, amount #]
with lines as (
    select
        product_id,
        count(distinct order_id) as orders,
%% if has('line.quantity')
        cast(sum(quantity) as bigint) as units,
%% endif
%% if has('cost')
        sum(cost) as cost,
        sum(gross_margin) as gross_margin,
%% endif
%% if has('returns')
        count(*) as lines,
        sum(case when is_returned then 1 else 0 end) as returned_lines,
%% endif
        sum(revenue) as revenue
    from {{ ref('fct_order_lines') }}
    group by product_id
),

%% if built('fct_reviews') and has('rated_products')
reviews as (
    select
        product_id,
        count(*) as reviews,
        cast(avg(rating) as double precision) as average_rating
    from {{ ref('fct_reviews') }}
    group by product_id
),

%% endif
products as (
    select
        products.product_id,
%% for field in ('name', 'category', 'sub_category') if has('product.' + field)
        products.[[ field | named('product') ]],
%% endfor
        coalesce(lines.orders, 0) as orders,
%% if has('line.quantity')
        coalesce(lines.units, 0) as units,
%% endif
%% if has('cost')
        {{ money('coalesce(lines.cost, 0)') }} as cost,
        {{ money('coalesce(lines.gross_margin, 0)') }} as gross_margin,
        {{ ratio('lines.gross_margin', 'lines.revenue') }} as gross_margin_rate,
%% endif
%% if has('returns')
        {{ ratio('lines.returned_lines', 'lines.lines') }} as return_rate,
%% endif
%% if built('fct_reviews') and has('rated_products')
        coalesce(reviews.reviews, 0) as reviews,
        reviews.average_rating,
%% endif
        {{ money('coalesce(lines.revenue, 0)') }} as revenue
    from {{ ref('dim_product') }} as products
    left join lines on products.product_id = lines.product_id
%% if built('fct_reviews') and has('rated_products')
    left join reviews on products.product_id = reviews.product_id
%% endif
),

ranked as (
    select
        *,
        row_number() over (order by revenue desc, product_id asc) as revenue_rank,
        sum(revenue) over () as total_revenue,
        sum(revenue) over (
            order by revenue desc, product_id asc
            rows between unbounded preceding and current row
        ) as running_revenue
    from products
)

select
    product_id,
%% for field in ('name', 'category', 'sub_category') if has('product.' + field)
    [[ field | named('product') ]],
%% endfor
    orders,
%% if has('line.quantity')
    units,
%% endif
    revenue,
%% if has('cost')
    cost,
    gross_margin,
    gross_margin_rate,
%% endif
%% if has('returns')
    return_rate,
%% endif
%% if built('fct_reviews') and has('rated_products')
    reviews,
    average_rating,
%% endif
    revenue_rank,
    {{ ratio('revenue', 'total_revenue') }} as revenue_share,
    {{ ratio('running_revenue', 'total_revenue') }} as cumulative_share,
    -- A product's class is that of the share which the better ones leave off at.
    case
        when revenue = 0 then 'C'
        when {{ ratio('running_revenue - revenue', 'total_revenue') }} < {{ var('abc_a_share') }} then 'A'
        when {{ ratio('running_revenue - revenue', 'total_revenue') }} < {{ var('abc_b_share') }} then 'B'
        else 'C'
    end as abc_class
from ranked
