{# The least and the greatest whole plan that starts and a rate in percent allow, in integers of 10⁻⁸ so that no double
   rounds. is_open: that end of the figures is not reached, so that the plan does not reach its own. #}
{% macro plan_low(starts, rate, is_open) -%}
  case
      when {{ is_open }} then {{ _e8(starts) }} * 100 // {{ _e8(rate) }} + 1
      else ({{ _e8(starts) }} * 100 + {{ _e8(rate) }} - 1) // {{ _e8(rate) }}
  end
{%- endmacro %}
{% macro plan_high(starts, rate, is_open) -%}
  ({{ _e8(starts) }} * 100 - case when {{ is_open }} then 1 else 0 end) // {{ _e8(rate) }}
{%- endmacro %}
{% macro _e8(value) -%}
  ({{ value }} * 100000000)::hugeint
{%- endmacro %}
