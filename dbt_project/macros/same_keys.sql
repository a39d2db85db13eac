{# Equality of every key column of two tables, for joins of one grain. #}
{% macro same_keys(a, b, keys) -%}
  {% for k in keys %}{{ a }}.{{ k }} = {{ b }}.{{ k }}{% if not loop.last %} and {% endif %}{% endfor %}
{%- endmacro %}

{# The key columns of one table, as a list of columns. #}
{% macro keys_of(a, keys) -%}
  {% for k in keys %}{{ a }}.{{ k }}{% if not loop.last %}, {% endif %}{% endfor %}
{%- endmacro %}
