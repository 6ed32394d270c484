%% if has('line.order')
select
    order_id,
    product_id
from {{ ref('stg_order_lines') }}
group by
    order_id,
    product_id
having count(*) > 1
%% endif
