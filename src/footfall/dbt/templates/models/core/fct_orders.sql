[# needs: order.id #]
with orders as (
    select * from {{ ref('stg_orders') }}
)[[ "," if has('lines') ]]
%% if has('lines')

lines as (
    select
        order_id,
%% if has('line.quantity')
        cast(sum(quantity) as bigint) as units,
%% endif
%% if has('amount')
        sum(revenue) as revenue,
%% endif
%% if has('cost')
        sum(cost) as cost,
        sum(gross_margin) as gross_margin,
%% endif
%% if has('returns')
        sum(case when is_returned then 1 else 0 end) as returned_lines,
%% if has('amount')
        sum(case when is_returned then revenue else 0 end) as returned_revenue,
%% endif
%% endif
        count(*) as lines
    from {{ ref('fct_order_lines') }}
    group by order_id
)
%% endif

select
%% filter select_list
%% set total = published.revenue_field | named('order')
%% for column in staged('order') if column.name != total or has('amount')
    orders.[[ column.name ]],
%% endfor
%% if has('deliveries')
    orders.delivered_on > orders.promised_on as is_late,
%% endif
%% if has('order.status')
    {{ is_among('orders.order_status', 'cancelled_statuses') }} as is_cancelled,
%% endif
%% if has('lines')
    coalesce(lines.lines, 0) as lines,
%% if has('line.quantity')
    coalesce(lines.units, 0) as units,
%% endif
%% endif
%% if has('amount')
    {{ money('coalesce(lines.revenue, 0)') }} as revenue,
%% elif has('revenue')
    orders.[[ total ]] as revenue,
%% endif
%% if has('cost')
    {{ money('coalesce(lines.cost, 0)') }} as cost,
    {{ money('coalesce(lines.gross_margin, 0)') }} as gross_margin,
%% endif
%% if has('returns')
    coalesce(lines.returned_lines, 0) as returned_lines,
%% if has('amount')
    {{ money('coalesce(lines.returned_revenue, 0)') }} as returned_revenue,
%% endif
%% endif
%% if has('revenue')
%% set returned = " - coalesce(lines.returned_revenue, 0)" if has('amount') and has('returns') else ""
%% set gross = "coalesce(lines.revenue, 0)" if has('amount') else "orders." + total
%% if has('order.status')
    case
        when {{ is_among('orders.order_status', 'cancelled_statuses') }} then 0.00
        else {{ money('[[ gross ]][[ returned ]]') }}
    end as net_revenue,
%% else
    {{ money('[[ gross ]][[ returned ]]') }} as net_revenue,
%% endif
%% endif
%% endfilter
from orders
%% if has('lines')
left join lines on orders.order_id = lines.order_id
%% endif
