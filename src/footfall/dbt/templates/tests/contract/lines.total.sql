%% set prices = published.prices_model
%% if has('line.list_price') or (has('line.product') and prices)
%% set listed = 'lines.list_price' if has('line.list_price') else 'products.list_price'
%% set by_line = scenario.discount.rounded_by == 'line'
select
    lines.quantity,
    lines.discount_rate,
    lines.line_total
from {{ ref('stg_order_lines') }} as lines
%% if not has('line.list_price') and has('dated_prices')
inner join {{ ref('stg_orders') }} as orders on lines.order_id = orders.order_id
inner join {{ ref('[[ prices ]]') }} as products
    on
        lines.product_id = products.product_id
        and orders.order_date between products.valid_from and products.valid_to
%% elif not has('line.list_price')
inner join {{ ref('[[ prices ]]') }} as products on lines.product_id = products.product_id
%% endif
%% if by_line
where lines.line_total <> round(lines.quantity * [[ listed ]] * (1 - lines.discount_rate), 2)
%% else
where lines.line_total <> lines.quantity * round([[ listed ]] * (1 - lines.discount_rate), 2)
%% endif
%% endif
