%% set fields = published.shows_what_changed('customer', 'customer_address')
%% if fields and 'customers_history' in snapshots
-- Each version that the snapshot has seen is one of those that are told, and a current one is current.
-- The snapshot must have seen the data as they are now, as in `dbt build`.
with seen as (
    select
        customer_id,
%% for field in fields
        [[ field | named('customer') ]],
%% endfor
        case when dbt_valid_to is null then 1 else 0 end as is_current
    from {{ ref('customers_history') }}
),

told as (
    select
        customer_id,
%% for field in fields
        [[ field | named('customer_address') ]],
%% endfor
        case when valid_to = cast('9999-12-31' as date) then 1 else 0 end as is_current
    from {{ ref('stg_customer_addresses') }}
)

select seen.*
from seen
left join told
    on
        seen.customer_id = told.customer_id
%% for field in fields
        and seen.[[ field | named('customer') ]] = told.[[ field | named('customer_address') ]]
%% endfor
        and seen.is_current <= told.is_current
where told.customer_id is null
%% endif
