{# The dates of a task that milestones go by (rule book: milestones.date_field). What is known of a task is one row with a
   column each, so that tasks are counted once and not once a milestone. #}
{% macro milestone_dates() -%}
  {{ return(['d_plan', 'd_start', 'd_finish', 'd_accept', 'd_handover', 'd_settle', 'd_mgmt']) }}
{%- endmacro %}
{# The column of such a row that belongs to a milestone: the date itself, or what is named after it. #}
{% macro of_date(date_field, row, named='') -%}
  case {{ date_field }}
    {%- for name in milestone_dates() %}
    when '{{ name }}' then {{ row }}.{{ name }}{{ named }}
    {%- endfor %}
  end
{%- endmacro %}
