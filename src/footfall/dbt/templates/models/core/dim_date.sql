[# needs: day | marketing_day.date | budget_month.month | review.date | exchange_rate.date #]
with days as (
    {{ day_spine(var('first_date'), var('last_date')) }}
),

calendar as (
    select
        cast(date_day as date) as date_day,
        {{ start_of('week', 'date_day') }} as week_start,
        {{ start_of('month', 'date_day') }} as month_start,
        {{ start_of('quarter', 'date_day') }} as quarter_start,
        cast(extract(year from date_day) as integer) as calendar_year,
        cast(extract(quarter from date_day) as integer) as calendar_quarter,
        cast(extract(month from date_day) as integer) as month_number,
        cast(extract(day from date_day) as integer) as day_of_month,
%% if published.events
        cast(extract(month from date_day) * 100 + extract(day from date_day) as integer) as month_and_day,
%% endif
        cast(extract(isodow from date_day) as integer) as day_of_week
    from days
)

select
    date_day,
    week_start,
    month_start,
    quarter_start,
    calendar_year,
    calendar_quarter,
    month_number,
    day_of_month,
    day_of_week,
    cast(calendar_year as varchar) || '-' || lpad(cast(month_number as varchar), 2, '0') as calendar_month,
    case day_of_week
        when 1 then 'Monday'
        when 2 then 'Tuesday'
        when 3 then 'Wednesday'
        when 4 then 'Thursday'
        when 5 then 'Friday'
        when 6 then 'Saturday'
        when 7 then 'Sunday'
    end as day_name,
%% if published.events
    case
%% for name, event in published.events.items()
        when month_and_day between [[ event.from_ | month_day ]] and [[ event.to | month_day ]]
            then '[[ name ]]'
%% endfor
    end as event_name,
%% endif
%% if published.discounted_events
    case
%% for name, event in published.discounted_events.items()
        when month_and_day between [[ event.from_ | month_day ]] and [[ event.to | month_day ]]
            then [[ event.discount_percent | percent ]]
%% endfor
        else 0.00
    end as event_discount_rate,
%% endif
    day_of_week >= 6 as is_weekend
from calendar
