{# What differs between databases is left to dbt's own macros; these give dates where those give timestamps. #}

{% macro day_spine(first_day, last_day) -%}
    {{ dbt.date_spine(
        'day',
        "cast('" ~ first_day ~ "' as date)",
        dbt.dateadd('day', 1, "cast('" ~ last_day ~ "' as date)")
    ) }}
{%- endmacro %}

{% macro add_days(day, days) -%}
    cast({{ dbt.dateadd('day', days, day) }} as date)
{%- endmacro %}

{% macro days_before(day, days) -%}
    {{ add_days(day, 0 - days) }}
{%- endmacro %}

{% macro days_between(earlier, later) -%}
    {{ dbt.datediff(earlier, later, 'day') }}
{%- endmacro %}

{% macro months_between(earlier, later) -%}
    {{ dbt.datediff(earlier, later, 'month') }}
{%- endmacro %}

{% macro start_of(period, day) -%}
    cast({{ dbt.date_trunc(period, day) }} as date)
{%- endmacro %}
