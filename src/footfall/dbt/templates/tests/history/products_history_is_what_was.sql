%% set fields = published.shows_what_changed('product', 'product_price')
%% if fields and 'products_history' in snapshots
-- Each version that the snapshot has seen is one of those that are told, and a current one is current.
-- The snapshot must have seen the data as they are now, as in `dbt build`.
with seen as (
    select
        product_id,
%% for field in fields
        [[ field | named('product') ]],
%% endfor
        case when dbt_valid_to is null then 1 else 0 end as is_current
    from {{ ref('products_history') }}
),

told as (
    select
        product_id,
%% for field in fields
        [[ field | named('product_price') ]],
%% endfor
        case when valid_to = cast('9999-12-31' as date) then 1 else 0 end as is_current
    from {{ ref('stg_product_prices') }}
)

select seen.*
from seen
left join told
    on
        seen.product_id = told.product_id
%% for field in fields
        and seen.[[ field | named('product') ]] = told.[[ field | named('product_price') ]]
%% endfor
        and seen.is_current <= told.is_current
where told.product_id is null
%% endif
