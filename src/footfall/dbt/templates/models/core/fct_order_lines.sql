[# needs: lines #]
%% set key = published.line_key
%% set incremental = key and has('day')
%% if incremental
{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=[[ key | map('named', 'line') | list ]],
        on_schema_change='append_new_columns'
    )
}}

%% endif
with lines as (
    select * from {{ ref('stg_order_lines') }}
),

%% if has('cost') or has('listed_amount')
products as (
    select * from {{ ref('[[ published.prices_model ]]') }}
),

%% endif
orders as (
    select *
    from {{ ref('stg_orders') }}
%% if incremental
    {% if is_incremental() %}
        -- Facts change after the fact: lines come late, statuses move on. Younger orders are read again.
        where order_date >= (
            select
                coalesce(
                    {{ days_before('max(order_date)', var('lookback_days')) }},
                    cast('1900-01-01' as date)
                )
            from {{ this }}
        )
    {% endif %}
%% endif
)

select
%% filter select_list
%% for column in staged('line') if column.name not in ('line_total', 'is_returned')
    lines.[[ column.name ]],
%% endfor
    orders.shop_id,
%% if has('order.customer')
    orders.customer_id,
%% endif
%% if has('order.time')
    orders.ordered_at,
%% endif
%% if has('day')
    orders.order_date,
%% endif
%% if has('order.status')
    orders.order_status,
    {{ is_among('orders.order_status', 'cancelled_statuses') }} as is_cancelled,
%% endif
%% if has('returns')
%% if has('line.is_returned') and published.returned_statuses
    lines.is_returned or {{ is_among('orders.order_status', 'returned_statuses') }} as is_returned,
%% elif has('line.is_returned')
    lines.is_returned,
%% else
    {{ is_among('orders.order_status', 'returned_statuses') }} as is_returned,
%% endif
%% endif
%% if has('listed_amount')
    products.list_price as revenue,
%% elif has('amount')
    lines.line_total as revenue,
%% endif
%% if has('cost')
%% set worth = 'products.list_price' if has('listed_amount') else 'lines.line_total'
    {{ money('lines.quantity * products.unit_cost') }} as cost,
    {{ money('[[ worth ]] - lines.quantity * products.unit_cost') }} as gross_margin,
%% endif
%% endfilter
from lines
inner join orders on lines.order_id = orders.order_id
%% if has('cost') and has('dated_prices')
left join products
    on
        lines.product_id = products.product_id
        and orders.order_date between products.valid_from and products.valid_to
%% elif has('cost') or has('listed_amount')
left join products on lines.product_id = products.product_id
%% endif
