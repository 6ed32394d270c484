select
    orders.order_date,
    shops.shop_id,
    shops.opened_on
from {{ ref('stg_orders') }} as orders
inner join {{ ref('stg_shops') }} as shops on orders.shop_id = shops.shop_id
where orders.order_date < shops.opened_on
