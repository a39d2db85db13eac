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
{# What one unit filed, in the shape of an answer to a question (int_figures__candidates). #}
{% macro as_filed(units) -%}
select
    * exclude (unit_code, cells, is_additive, is_rivalled),
    unit_code as area_code,
    'filed' as basis,
    'returns ' || account as group_id,
    1 as units_reported,
    1 as units_expected,
    case when cells > 1 then 'exact' end as qualifier,
    false as is_doubtful
from {{ units }}
where {{ asked_only('indicator', 'period') }} and {{ asked('areas', 'unit_code') }}
{%- endmacro %}
