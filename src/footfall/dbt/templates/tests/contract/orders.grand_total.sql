%% set tax = scenario.tax
%% set on_top = tax and not tax.prices_include_tax
%% if has('order.total') and (has('order.shipping_cost') or not scenario.shipping_cost) and (has('order.tax') or not on_top)
select
    order_date,
    order_total,
    grand_total
from {{ ref('stg_orders') }}
where
    grand_total
    <> order_total[[ " + tax" if on_top ]][[ " + shipping_cost" if has('order.shipping_cost') ]]
%% endif
