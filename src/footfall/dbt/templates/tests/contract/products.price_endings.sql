%% if scenario.catalog.price_endings
select list_price
from {{ ref('stg_products') }}
where
    cast(list_price * 100 as bigint) % 100 not in (
[[ scenario.catalog.price_endings | one_a_line ]]
    )
%% endif
