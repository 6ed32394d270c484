%% if has('order.id') and has('told_amount')
select
    orders.order_id,
    max(orders.order_total) as order_total,
    sum(lines.line_total) as lines_total
from {{ ref('stg_orders') }} as orders
inner join {{ ref('stg_order_lines') }} as lines on orders.order_id = lines.order_id
group by orders.order_id
having max(orders.order_total) <> sum(lines.line_total)
%% endif
