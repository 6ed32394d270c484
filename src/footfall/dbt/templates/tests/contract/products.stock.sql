select stock_units
from {{ ref('stg_products') }}
where stock_units < 0
