%% if has('line.product') and has('product.id')
select
    lines.unit_price,
    lines.discount_rate,
    products.list_price
from {{ ref('stg_order_lines') }} as lines
inner join {{ ref('stg_products') }} as products on lines.product_id = products.product_id
where lines.unit_price <> round(products.list_price * (1 - lines.discount_rate), 2)
%% endif
