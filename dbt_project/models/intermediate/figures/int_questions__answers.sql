-- What a value answers: its own indicator, and times a factor what is estimated from it. Grain: indicator of the value × answered.
with answers as (
    select base, indicator, factor_value as factor from {{ ref('indicators') }} where kind = 'scaled'
    union all
    select indicator as base, indicator, 1 as factor from {{ ref('indicators') }}
)

select
    a.base,
    a.indicator,
    a.factor::decimal(6, 3) as factor,
    b.is_additive,
    abs(a.factor) <> 1 or i.is_limit as is_estimate
from answers as a
inner join {{ ref('indicators') }} as b on a.base = b.indicator
inner join {{ ref('indicators') }} as i on a.indicator = i.indicator
