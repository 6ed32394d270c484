[# needs: sold, product.category #]
-- Which categories are bought together? Of the orders with one, how many hold the other, too?
-- A lift above 1 is more than chance brings together.
with baskets as (
    select distinct
        lines.order_id,
        products.category
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('dim_product') }} as products on lines.product_id = products.product_id
),

totals as (
    select count(distinct order_id) as orders
    from baskets
),

categories as (
    select
        category,
        count(*) as orders
    from baskets
    group by category
),

pairs as (
    select
        one.category,
        other.category as other_category,
        count(*) as orders_with_both
    from baskets as one
    inner join baskets as other
        on
            one.order_id = other.order_id
            and one.category <> other.category
    group by
        one.category,
        other.category
)

select
    pairs.category,
    pairs.other_category,
    categories.orders as orders_with_category,
    pairs.orders_with_both,
    {{ ratio('pairs.orders_with_both', 'totals.orders') }} as support,
    {{ ratio('pairs.orders_with_both', 'categories.orders') }} as confidence,
    {{ ratio('1.0 * pairs.orders_with_both * totals.orders', 'categories.orders * others.orders') }} as lift
from pairs
inner join categories on pairs.category = categories.category
inner join categories as others on pairs.other_category = others.category
cross join totals
