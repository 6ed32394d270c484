%% if has('lines') and has('day') and published.discounted_events and not scenario.promotions
select
    lines.order_id,
    orders.order_date,
    lines.discount_rate
from {{ ref('stg_order_lines') }} as lines
inner join {{ ref('stg_orders') }} as orders on lines.order_id = orders.order_id
inner join {{ ref('dim_date') }} as dates on orders.order_date = dates.date_day
where
    dates.event_discount_rate > 0
    and lines.discount_rate <> dates.event_discount_rate
%% endif
