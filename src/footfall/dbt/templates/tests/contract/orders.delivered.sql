%% set law = scenario.arrival.delivery
%% if law
select
    order_date,
    delivered_on
from {{ ref('stg_orders') }}
where
    delivered_on < {{ add_days('order_date', [[ law.in_time.min_days ]]) }}
    or delivered_on > {{ add_days('order_date', [[ law.days ]]) }}
%% endif
