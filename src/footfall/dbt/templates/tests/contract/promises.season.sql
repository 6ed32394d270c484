%% if scenario.promises.season and whole and has('day') and has('revenue')
-- Binds years that are over, with [[ binding ]] orders and more in the horizon.
with months as (
    select
        dates.calendar_year,
        dates.month_number,
        sum(sales.revenue) as revenue,
        sum(sum(sales.orders)) over () as all_orders
    from {{ ref('daily_sales_by_shop') }} as sales
    inner join {{ ref('dim_date') }} as dates on sales.date_day = dates.date_day
    group by
        dates.calendar_year,
        dates.month_number
),

compared as (
%% for season in scenario.promises.season
    select
        calendar_year,
        [[ season.times_min ]] as times_min,
        sum(case when month_number in ([[ season.months | join(', ') ]]) then revenue else 0 end)
        / [[ season.months | unique | list | length ]] as high_month,
        sum(case when month_number in ([[ season.over | join(', ') ]]) then revenue else 0 end)
        / [[ season.over | unique | list | length ]] as low_month
    from months
    group by calendar_year
    having max(month_number) = 12 and max(all_orders) >= [[ binding ]]
%% if not loop.last
    union all
%% endif
%% endfor
)

select *
from compared
where high_month <= times_min * low_month
%% endif
