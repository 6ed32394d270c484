%% if has('lines') and scenario.reviews
-- Statuses in which a review may be written are those of the scenario.
with bought as (
    select
        orders.customer_id,
        lines.product_id,
        min(orders.order_date) as first_bought_on
    from {{ ref('stg_order_lines') }} as lines
    inner join {{ ref('stg_orders') }} as orders on lines.order_id = orders.order_id
    where
        orders.order_status in (
[[ scenario.reviews.statuses | map('literal') | one_a_line | indent(4, true) ]]
        )
    group by
        orders.customer_id,
        lines.product_id
)

select
    reviews.customer_id,
    reviews.product_id,
    reviews.review_date,
    bought.first_bought_on
from {{ ref('stg_reviews') }} as reviews
left join bought
    on
        reviews.customer_id = bought.customer_id
        and reviews.product_id = bought.product_id
where bought.first_bought_on is null or reviews.review_date <= bought.first_bought_on
%% endif
