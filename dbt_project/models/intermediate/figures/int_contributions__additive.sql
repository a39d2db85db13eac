-- Which value of a return adds to which figure. Grain: figure key × observation. Views stay views: the rows are many.
{{ config(materialized='view') }}
with observations as (
    select * from {{ ref('fct_observations') }}
    where role = 'return' and {{ asked_only('indicator', 'period') }} and {{ asked('codes', 'dim_code') }}
),

-- a unit's own filing
filed_returns as (
    select *, unit_code as area_code, 'filed' as basis, 'returns ' || account as group_id
    from observations
),

-- basic units summed into everything above them
summed_returns as (
    select o.*, c.area_code, 'summed' as basis, 'returns ' || o.account as group_id
    from observations as o
    inner join {{ ref('area_closure') }} as c on o.unit_code = c.unit_code
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    where c.area_code <> c.unit_code and i.is_additive
),

-- the plan of a unit that was merged counts for its heir too, until that has a version confirmed after the merger (then
-- the plan of the merged unit is gone: int_plans__by_period), beside the heir's own from before
inherited_plans as (
    select o.*, h.heir_code as area_code, 'summed' as basis, 'returns ' || o.account as group_id
    from observations as o
    inner join {{ ref('area_heirs') }} as h
        on {{ passes_on('o', 'h') }}
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    where i.kind = 'plan' and i.is_additive
),

own_plans as (
    select o.*, o.unit_code as area_code, 'summed' as basis, 'returns ' || o.account as group_id
    from observations as o
    semi join inherited_plans as p
        on o.unit_code = p.area_code
       and {{ same_keys('o', 'p', ['period', 'indicator', 'dim_code', 'is_sample', 'programme', 'account']) }}
),

unioned as (
    select * from filed_returns
    union all
    select * from inherited_plans
    union all
    select * from own_plans
    union all
    select * from summed_returns
)

select * from unioned
where {{ asked('areas', 'area_code') }}
