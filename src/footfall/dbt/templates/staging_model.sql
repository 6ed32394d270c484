with source as (
    select * from {{ source('[[ raw ]]', '[[ table ]]') }}
),

renamed as (
    select
%% for column in columns
        [[ column.sql ]] as [[ column.name ]][[ "," if not loop.last ]]
%% endfor
    from source
)

select * from renamed
