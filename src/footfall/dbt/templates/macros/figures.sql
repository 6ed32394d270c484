{# Amounts have one type in every warehouse; a sum or a product would have one of its own. #}
{% macro money(amount) -%}
    cast({{ amount }} as decimal(18, 2))
{%- endmacro %}

{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double precision) / nullif({{ denominator }}, 0)
{%- endmacro %}

{# Whether a status is one of those that a variable of the project lists. #}
{% macro is_among(status, variable) -%}
    {%- if var(variable) -%}
    {{ status }} in ('{{ var(variable) | map("replace", "'", "''") | join("', '") }}')
    {%- else -%}
    false
    {%- endif -%}
{%- endmacro %}
