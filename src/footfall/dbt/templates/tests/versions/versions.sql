with versions as (
    select
        [[ thing ]]_id,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by [[ thing ]]_id order by valid_from) as next_valid_from
    from {{ ref('[[ versions ]]') }}
)

select *
from versions
where
    valid_from > valid_to
    or valid_to <> coalesce({{ days_before('next_valid_from', 1) }}, cast('9999-12-31' as date))
