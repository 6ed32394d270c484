%% set fields = published.shows_what_changed('product', 'product_price')
%% if fields
select products.product_id
from {{ ref('stg_products') }} as products
left join {{ ref('stg_product_prices') }} as versions
    on
        products.product_id = versions.product_id
        and versions.valid_to = cast('9999-12-31' as date)
where
    versions.product_id is null
%% for field in fields
    or products.[[ field | named('product') ]] <> versions.[[ field | named('product_price') ]]
%% endfor
%% endif
