%% set fields = published.shows_what_changed('customer', 'customer_address')
%% if fields
select customers.customer_id
from {{ ref('stg_customers') }} as customers
left join {{ ref('stg_customer_addresses') }} as versions
    on
        customers.customer_id = versions.customer_id
        and versions.valid_to = cast('9999-12-31' as date)
where
    versions.customer_id is null
%% for field in fields
    or customers.[[ field | named('customer') ]] <> versions.[[ field | named('customer_address') ]]
%% endfor
%% endif
