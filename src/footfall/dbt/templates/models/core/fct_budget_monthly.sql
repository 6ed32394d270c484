[# needs: budget_month.month, budget_month.shop #]
select
%% filter select_list
    budget_month,
    shop_id,
    cast(budget_month || '-01' as date) as month_start,
%% for field in ('revenue', 'orders', 'margin') if has('budget_month.' + field)
    planned_[[ field ]],
%% endfor
%% endfilter
from {{ ref('stg_budget_monthly') }}
