{# What a printed number may stand for: `nearly` lies below it, `more_than` and `at_least` above it, others on both sides.
   A word of excess without rounding has no upper bound (NULL). The same as filings.intervals.printed_interval. #}
{% macro printed_low(value, half_unit, qualifier) -%}
  case
      when coalesce({{ qualifier }}, 'exact') in ('more_than', 'at_least') then {{ value }}
      else {{ value }} - coalesce({{ half_unit }}, 0)
  end
{%- endmacro %}
{% macro printed_high(value, half_unit, qualifier) -%}
  case
      when {{ qualifier }} in ('more_than', 'at_least') and coalesce({{ half_unit }}, 0) = 0 then null
      when {{ qualifier }} = 'nearly' then {{ value }}
      else {{ value }} + coalesce({{ half_unit }}, 0)
  end
{%- endmacro %}
{# The rounding of a count: none where it was printed in full. Never for a rate: 94 % is 93.5 to 94.5. #}
{% macro count_half_unit(value, half_unit, qualifier) -%}
  case
      when {{ qualifier }} in ('exact', 'about') and {{ half_unit }} <= 0.5 and {{ value }} = floor({{ value }}) then 0
      else coalesce({{ half_unit }}, 0)
  end
{%- endmacro %}
{# A number with the digits below a step cut off instead of rounded. By the remainder: a division would give a double. #}
{% macro cut_to(value, step) -%}
  ({{ value }} - {{ value }} % {{ step }})
{%- endmacro %}
