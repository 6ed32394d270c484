[# needs: deliveries #]
%% set rated = built('fct_reviews') and has('rated_orders')
with orders as (
    select *
    from {{ ref('fct_orders') }}
%% if has('order.status')
    where not is_cancelled
%% endif
),

%% if rated
purchases as (
    select
        order_id,
        customer_id,
        product_id,
        row_number() over (partition by customer_id, product_id order by order_id asc) as purchase
    from {{ ref('fct_order_lines') }}
%% if has('order.status')
    where not is_cancelled
%% endif
),

-- A review is of the first order in which its customer bought its product.
ratings as (
    select
        purchases.order_id,
        cast(sum(reviews.rating) as double precision) as stars,
        count(*) as reviews
    from purchases
    inner join {{ ref('fct_reviews') }} as reviews
        on
            purchases.customer_id = reviews.customer_id
            and purchases.product_id = reviews.product_id
    where purchases.purchase = 1
    group by purchases.order_id
),

%% endif
deliveries as (
    select
        {{ start_of('month', 'orders.order_date') }} as month_start,
        orders.shop_id,
%% if rated
        case when orders.is_late then ratings.reviews else 0 end as late_reviews,
        case when orders.is_late then ratings.stars else 0 end as late_stars,
        case when orders.is_late then 0 else ratings.reviews end as punctual_reviews,
        case when orders.is_late then 0 else ratings.stars end as punctual_stars,
%% endif
        orders.is_late,
        {{ days_between('orders.order_date', 'orders.delivered_on') }} as days_to_delivery
    from orders
%% if rated
    left join ratings on orders.order_id = ratings.order_id
%% endif
)

select
    month_start,
    shop_id,
    count(*) as orders,
    sum(case when is_late then 1 else 0 end) as late_orders,
    {{ ratio('sum(case when is_late then 1 else 0 end)', 'count(*)') }} as late_rate,
%% if rated
    {{ ratio('sum(punctual_stars)', 'sum(punctual_reviews)') }} as average_rating_in_time,
    {{ ratio('sum(late_stars)', 'sum(late_reviews)') }} as average_rating_late,
%% endif
    avg(cast(days_to_delivery as double precision)) as average_days_to_delivery
from deliveries
group by
    month_start,
    shop_id
