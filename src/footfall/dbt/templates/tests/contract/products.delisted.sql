%% if has('lines') and has('line.product') and has('product.id') and has('day')
select
    lines.order_id,
    orders.order_date,
    products.delisted_on
from {{ ref('stg_order_lines') }} as lines
inner join {{ ref('stg_orders') }} as orders on lines.order_id = orders.order_id
inner join {{ ref('stg_products') }} as products on lines.product_id = products.product_id
where products.delisted_on < orders.order_date
%% endif
