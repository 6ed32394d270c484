%% if has('line.product') and has('product.id')
select
    lines.list_price,
    products.list_price as product_list_price
from {{ ref('stg_order_lines') }} as lines
inner join {{ ref('stg_products') }} as products on lines.product_id = products.product_id
where lines.list_price <> products.list_price
%% endif
