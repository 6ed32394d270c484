%% set fields = published.shows_what_changed(thing, history)
%% if fields and thing ~ 's_history' in snapshots
-- Each version that the snapshot has seen is one of those that are told, and a current one is current.
-- The snapshot must have seen the data as they are now, as in `dbt build`.
with seen as (
    select
        [[ thing ]]_id,
%% for field in fields
        [[ field | named(thing) ]],
%% endfor
        case when dbt_valid_to is null then 1 else 0 end as is_current
    from {{ ref('[[ thing ]]s_history') }}
),

told as (
    select
        [[ thing ]]_id,
%% for field in fields
        [[ field | named(history) ]],
%% endfor
        case when valid_to = cast('9999-12-31' as date) then 1 else 0 end as is_current
    from {{ ref('[[ versions ]]') }}
)

select seen.*
from seen
left join told
    on
        seen.[[ thing ]]_id = told.[[ thing ]]_id
%% for field in fields
        and seen.[[ field | named(thing) ]] = told.[[ field | named(history) ]]
%% endfor
        and seen.is_current <= told.is_current
where told.[[ thing ]]_id is null
%% endif
