{# All columns in one pass: a test a column would read a file as often as it has columns. #}
{% test no_nulls(model, columns) %}

    select *
    from {{ model }}
    where
        {% for column in columns -%}
            {{ "or " if not loop.first }}{{ adapter.quote(column) }} is null
        {% endfor %}

{% endtest %}
