select distinct
    category,
    sub_category
from {{ ref('stg_products') }}
where
    category || ' / ' || sub_category not in (
[[ sub_categories | map('literal') | one_a_line ]]
    )
