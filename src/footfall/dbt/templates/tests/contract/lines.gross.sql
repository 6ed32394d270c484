%% if has('line.net') and has('line.tax') and has('line.gross')
select
    lines.net,
    lines.tax,
    lines.gross
from {{ ref('stg_order_lines') }} as lines
where lines.net + lines.tax <> lines.gross
%% endif
