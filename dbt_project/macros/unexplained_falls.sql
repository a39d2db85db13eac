{# Months in which a unit's figure fell without a reason. #}
{% macro unexplained_falls() -%}
(
    select distinct is_sample, programme, indicator, account, dim_code, unit_code, month
    from {{ ref('fct_negative_flows') }}
    where not is_explained
)
{%- endmacro %}
{% macro is_month_of(value, fall) -%}
  {{ same_keys(value, fall, ['is_sample', 'programme', 'indicator', 'account', 'dim_code', 'unit_code']) }} and {{ value }}.period = {{ fall }}.month
{%- endmacro %}
