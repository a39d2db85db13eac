{# The moment a build answers for, as comparable text; empty means now. One place, so that no model forgets it. #}
{% macro as_of_limit() -%}
  '{{ env_var('JIUGAI_AS_OF', '') }}'
{%- endmacro %}
