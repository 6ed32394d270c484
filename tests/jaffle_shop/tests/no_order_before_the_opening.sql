select orders.order_id
from {{ ref('orders') }} as orders
inner join {{ ref('stg_locations') }} as locations on orders.location_id = locations.location_id
where orders.ordered_at < locations.opened_date
