%% if has('line.order')
select order_id
from {{ ref('stg_order_lines') }}
group by order_id
having min(line_number) <> 1 or max(line_number) <> count(*)
%% endif
