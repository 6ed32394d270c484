%% if has('lines') and has('day') and not scenario.promotions
select
    lines.order_id,
    lines.discount_rate
from {{ ref('stg_order_lines') }} as lines
%% if published.discounted_events
inner join {{ ref('stg_orders') }} as orders on lines.order_id = orders.order_id
inner join {{ ref('dim_date') }} as dates on orders.order_date = dates.date_day
%% endif
where
    lines.discount_rate not in (
[[ scenario.discount.shares | map('percent') | one_a_line ]]
    )
%% if published.discounted_events
    and dates.event_discount_rate = 0
%% endif
%% endif
