[# needs: product.id #]
select
%% filter select_list
%% for column in staged('product')
    [[ column.name ]],
%% endfor
%% if has('product.price') and has('product.cost')
    list_price - unit_cost as unit_margin,
    {{ ratio('list_price - unit_cost', 'list_price') }} as unit_margin_rate,
%% endif
%% endfilter
from {{ ref('stg_products') }}
