select orders.order_id
from {{ ref('orders') }} as orders
inner join {{ ref('stg_locations') }} as locations on orders.location_id = locations.location_id
where abs(orders.tax_paid_cents - orders.subtotal_cents * locations.tax_rate) > 0.5 * orders.count_order_items
