{# Whether a row of a roster is a task of the plan: listed, in force, of a plan year, and not withdrawn. #}
{% macro of_the_plan(row='') -%}
  {%- set r = row ~ '.' if row else '' -%}
  {{ r }}membership = 'M1' and {{ r }}rec_status = 'A' and {{ r }}plan_year is not null and {{ r }}stage <> 'ST98'
{%- endmacro %}
