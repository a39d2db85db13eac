{# What a printed figure may have been, as filings/intervals.py says it: nearly lies below, more_than and at_least above;
   a word without rounding (全部开工, half unit 0) has no upper bound. #}
{% macro printed_low(value, half_unit, qualifier) -%}
  case when {{ qualifier }} in ('more_than', 'at_least') then {{ value }} else {{ value }} - {{ half_unit }} end
{%- endmacro %}
{% macro printed_high(value, half_unit, qualifier) -%}
  case
      when {{ qualifier }} in ('more_than', 'at_least') and {{ half_unit }} = 0 then null
      when {{ qualifier }} = 'nearly' then {{ value }}
      else {{ value }} + {{ half_unit }}
  end
{%- endmacro %}
{# The rounding of a count: none where it was printed in full. Never for a rate: 94 % is 93.5 to 94.5. #}
{% macro count_half_unit(value, half_unit, qualifier) -%}
  case
      when {{ qualifier }} in ('exact', 'about') and {{ half_unit }} <= 0.5 and {{ value }} = floor({{ value }}) then 0
      else coalesce({{ half_unit }}, 0)
  end
{%- endmacro %}
