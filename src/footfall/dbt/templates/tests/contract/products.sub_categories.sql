select
    sub_category,
    count(distinct category) as categories
from {{ ref('stg_products') }}
group by sub_category
having count(distinct category) > 1
