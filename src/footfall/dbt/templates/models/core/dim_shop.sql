[# needs: order.id | customer.shop | marketing_day.shop | budget_month.shop #]
with shops as (
%% for model in shop_models
    select shop_id from {{ ref('[[ model ]]') }}
%% if not loop.last
    union
%% endif
%% endfor
)

%% if has('shop.code')
select
    shops.shop_id,
%% for column in staged('shop') if column.name != 'shop_id'
    details.[[ column.name ]],
%% endfor
    '[[ scenario.currency ]]' as currency
from (select distinct shop_id from shops) as shops
left join {{ ref('stg_shops') }} as details on shops.shop_id = details.shop_id
%% else
select distinct
    shop_id,
    '[[ scenario.currency ]]' as currency
from shops
%% endif
