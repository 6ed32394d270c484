[# needs: order.id | customer.shop | marketing_day.shop | budget_month.shop #]
with shops as (
%% for model in shop_models
    select shop_id from {{ ref('[[ model ]]') }}
%% if not loop.last
    union
%% endif
%% endfor
)

select distinct
    shop_id,
    '[[ scenario.currency ]]' as currency
from shops
