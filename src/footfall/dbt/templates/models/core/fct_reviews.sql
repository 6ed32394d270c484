[# needs: review.id | review.product | review.customer #]
select
%% filter select_list
%% for column in staged('review')
    [[ column.name ]],
%% endfor
%% if has('review.rating')
    rating >= 4 as is_positive,
    rating <= 2 as is_negative,
%% endif
%% endfilter
from {{ ref('stg_reviews') }}
