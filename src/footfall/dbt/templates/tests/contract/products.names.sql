select product_name
from {{ ref('stg_products') }}
group by product_name
having count(*) > 1
