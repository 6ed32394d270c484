[# needs: review.rating #]
select
%% filter select_list
%% for column in staged('review')
    [[ column.name ]],
%% endfor
    rating >= 4 as is_positive,
    rating <= 2 as is_negative,
%% endfilter
from {{ ref('stg_reviews') }}
