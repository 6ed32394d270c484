{% test unique_combination(model, columns) %}

    {%- set key = [] -%}
    {%- for column in columns -%}
        {%- do key.append(adapter.quote(column)) -%}
    {%- endfor %}

    select {{ key | join(", ") }}
    from {{ model }}
    group by {{ key | join(", ") }}
    having count(*) > 1

{% endtest %}
