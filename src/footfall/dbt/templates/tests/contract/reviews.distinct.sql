select
    customer_id,
    product_id
from {{ ref('stg_reviews') }}
group by
    customer_id,
    product_id
having count(*) > 1
