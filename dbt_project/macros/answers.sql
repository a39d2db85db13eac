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
