{# A reader of one figure says first which indicators and periods it is made of (SET VARIABLE); a view over millions of
   rows then reads those alone. Constants at planning time, so that the scan takes the filter: a predicate on the view does
   not get that far down. Not said, as in a build: everything. #}
{% macro asked_only(indicator, period=none) -%}
  (getvariable('asked_indicators') is null or list_contains(getvariable('asked_indicators')::varchar[], {{ indicator }}))
  {%- if period %}
  and (getvariable('asked_periods') is null or list_contains(getvariable('asked_periods')::varchar[], {{ period }}))
  {%- endif %}
{%- endmacro %}
