{# What values answer: themselves, and times a factor what is estimated from them. A CTE. #}
{% macro answered(levels) -%}
answered as (
    select
        v.* replace (
            a.indicator as indicator,
            (v.value::decimal(28, 8) * a.factor)::decimal(38, 11) as value
        ),
        a.is_additive,
        a.is_estimate
    from {{ levels }} as v
    inner join {{ ref('int_questions__answers') }} as a on v.indicator = a.base
)
{%- endmacro %}
