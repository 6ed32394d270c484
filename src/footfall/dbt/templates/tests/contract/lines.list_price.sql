%% set prices = published.prices_model
%% if has('line.product') and prices
select
    lines.list_price,
    products.list_price as product_list_price
from {{ ref('stg_order_lines') }} as lines
%% if has('dated_prices')
inner join {{ ref('stg_orders') }} as orders on lines.order_id = orders.order_id
inner join {{ ref('[[ prices ]]') }} as products
    on
        lines.product_id = products.product_id
        and orders.order_date between products.valid_from and products.valid_to
%% else
inner join {{ ref('[[ prices ]]') }} as products on lines.product_id = products.product_id
%% endif
where lines.list_price <> products.list_price
%% endif
