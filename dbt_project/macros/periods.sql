{# The month that a period ends in, as ingestion.areas says it: 2023, 2023-09, 2019/2022, 2023-01-01/2023-03-23. #}
{% macro last_month(period) -%}
  case when length(split_part({{ period }}, '/', -1)) = 4 then split_part({{ period }}, '/', -1) || '-12'
      else left(split_part({{ period }}, '/', -1), 7) end
{%- endmacro %}
{# A month, 2023-09, so many months later; before it where negative. #}
{% macro month_off(month, months) -%}
  strftime(({{ month }} || '-01')::date + interval ({{ months }}) month, '%Y-%m')
{%- endmacro %}
{# A month alone begins with January, which is the year to date. #}
{% macro is_january(month) -%}
  right({{ month }}, 3) = '-01'
{%- endmacro %}
{# Whether a value is of the first month after a change of territory (area_openings): what came before is another unit's. #}
{% macro stands_apart(value, opening) -%}
  {{ value }}.unit_code = {{ opening }}.unit_code and {{ value }}.period = {{ opening }}.month and {{ opening }}.side = 'after'
{%- endmacro %}
{# The number of a month, which grows by one from month to month. #}
{% macro month_no(month) -%}
  left({{ month }}, 4)::integer * 12 + right({{ month }}, 2)::integer
{%- endmacro %}
{# A year or a month so many years later, written as it is. #}
{% macro year_off(period, years) -%}
  (left({{ period }}, 4)::integer + ({{ years }}))::varchar || substr({{ period }}, 5)
{%- endmacro %}
{# Whether a unit stands in a month, by the months of the register of areas. #}
{% macro stands_in(unit, month) -%}
  {{ month }} >= coalesce({{ unit }}.valid_from, {{ month }}) and {{ month }} <= coalesce({{ unit }}.valid_to, {{ month }})
{%- endmacro %}
{# What a month or a day is put in order by: a month goes by its last day. #}
{% macro end_of(period) -%}
  rpad({{ period }}, 10, '-31')
{%- endmacro %}
