{# A reader of one figure says first which indicators and periods it is made of (SET VARIABLE); a view over millions of
   rows then reads those alone. Constants at planning time, so that the scan takes the filter: a predicate on the view does
   not get that far down. Not said, as in a whole build: everything. A build that renews says what came since (renewal.sql). #}
{% macro asked_only(indicator, period=none) -%}
  {{ asked('indicators', indicator) }}
  {%- if period %}
  and {{ asked('periods', period) }}
  {%- endif %}
{%- endmacro %}
{% macro asked(what, column) -%}
  (getvariable('asked_{{ what }}') is null or list_contains(getvariable('asked_{{ what }}')::varchar[], {{ column }}))
{%- endmacro %}
{# Whether a range of years is asked for: where none is, what adds up years is left out of the plan. #}
{% macro asks_ranges() -%}
  (getvariable('asked_periods') is null or array_to_string(getvariable('asked_periods')::varchar[], ' ') like '%/%')
{%- endmacro %}
