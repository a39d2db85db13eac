{# Whether a value is all that answers its question (int_questions__lone). #}
{% macro is_lone(value, question) -%}
  {{ same_keys(value, question, ['indicator', 'account']) }} and coalesce({{ question }}.dim_code, {{ value }}.dim_code) = {{ value }}.dim_code
       and {{ question }}.is_month = (length({{ value }}.period) = 7)
{%- endmacro %}
{# What values answer: themselves, and times a factor what is estimated from them. Two CTEs; the answers are `answered`. #}
{% macro answers_of(levels) -%}
answers as (
    select indicator as base, indicator, 1::decimal(6, 3) as factor from {{ ref('indicators') }}
    union all
    select base, indicator, factor_value::decimal(6, 3) as factor from {{ ref('indicators') }} where kind = 'scaled'
),

answered as (
    select
        v.* replace (
            a.indicator as indicator,
            (v.value::decimal(28, 8) * a.factor)::decimal(38, 11) as value
        ),
        abs(a.factor) <> 1 as is_estimate
    from {{ levels }} as v
    inner join answers as a on v.indicator = a.base
)
{%- endmacro %}
{# Whether more may be said of a unit's question than the unit itself says. #}
{% macro is_rivalled() -%}
  (unit_code in (select area_code from {{ ref('int_areas__shared') }})
   or (indicator, length(period) = 7) in (select (c.indicator, c.is_month) from {{ ref('int_questions__contested') }} as c))
{%- endmacro %}
