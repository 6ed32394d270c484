[# needs: supply.id, supply.product #]
select
%% filter select_list
%% for column in staged('supply')
    [[ column.name ]],
%% endfor
%% endfilter
from {{ ref('stg_supplies') }}
