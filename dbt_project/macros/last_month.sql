{# The month that a period ends in, as ingestion.areas says it: 2023, 2023-09, 2019/2022, 2023-01-01/2023-03-23. #}
{% macro last_month(period) -%}
  case when length(split_part({{ period }}, '/', -1)) = 4 then split_part({{ period }}, '/', -1) || '-12'
      else left(split_part({{ period }}, '/', -1), 7) end
{%- endmacro %}
