{# One schema: the build file is the boundary, and asset keys must not differ by target. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  main
{%- endmacro %}
