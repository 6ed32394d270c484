select customer_id
from {{ ref('stg_orders') }}
group by customer_id
having count(distinct shop_id) > 1
