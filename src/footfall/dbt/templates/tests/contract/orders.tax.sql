%% if has('order.id') and has('order.tax') and has('line.tax')
select
    orders.order_id,
    max(orders.tax) as tax,
    sum(lines.tax) as lines_tax
from {{ ref('stg_orders') }} as orders
inner join {{ ref('stg_order_lines') }} as lines on orders.order_id = lines.order_id
group by orders.order_id
having max(orders.tax) <> sum(lines.tax)
%% elif has('order.net') and has('order.tax') and has('order.gross')
%% set total = published.revenue_field
select
    net,
    tax,
    gross
from {{ ref('fct_orders') }}
where
    net + tax <> gross
%% if has('amount') and total in ('net', 'gross')
    or revenue <> [[ total ]]
%% endif
%% endif
