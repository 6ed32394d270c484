%% set fields = published.shows_what_changed(thing, history)
%% if fields
select [[ thing ]]s.[[ thing ]]_id
from {{ ref('stg_[[ thing ]]s') }} as [[ thing ]]s
left join {{ ref('[[ versions ]]') }} as versions
    on
        [[ thing ]]s.[[ thing ]]_id = versions.[[ thing ]]_id
        and versions.valid_to = cast('9999-12-31' as date)
where
    versions.[[ thing ]]_id is null
%% for field in fields
    or [[ thing ]]s.[[ field | named(thing) ]] <> versions.[[ field | named(history) ]]
%% endfor
%% endif
