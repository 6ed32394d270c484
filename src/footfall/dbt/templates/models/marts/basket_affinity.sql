[# needs: baskets, product.category #]
-- Which categories are bought together? Each line is paired with every other line of its order. Where a
-- category's partners are of another one more often than partners are in general, the lift is above 1.
with lines as (
    select
        lines.order_id,
        lines.product_id,
        products.category
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('dim_product') }} as products on lines.product_id = products.product_id
),

pairs as (
    select
        one.category,
        other.category as other_category,
        count(distinct one.order_id) as orders_with_both,
        count(*) as line_pairs
    from lines as one
    inner join lines as other
        on
            one.order_id = other.order_id
            and one.product_id <> other.product_id
    group by
        one.category,
        other.category
),

totals as (
    select
        *,
        sum(line_pairs) over (partition by category) as pairs_of_category,
        sum(line_pairs) over (partition by other_category) as pairs_of_other,
        sum(line_pairs) over () as all_pairs
    from pairs
)

select
    category,
    other_category,
    orders_with_both,
    line_pairs,
    {{ ratio('line_pairs', 'pairs_of_category') }} as partner_share,
    {{ ratio('pairs_of_other', 'all_pairs') }} as expected_share,
    {{ ratio('1.0 * line_pairs * all_pairs', 'pairs_of_category * pairs_of_other') }} as lift
from totals
