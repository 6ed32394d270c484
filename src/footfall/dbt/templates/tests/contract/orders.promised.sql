%% set law = scenario.arrival.delivery
%% if law
select
    order_date,
    promised_on
from {{ ref('stg_orders') }}
where promised_on <> {{ add_days('order_date', [[ law.promised_days ]]) }}
%% endif
