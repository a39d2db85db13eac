-- Additive figures, month's flows, figures times a factor, and ratios. Grain: figure key × role × observation.
{{ config(materialized='view') }}
with additive as (
    select * from {{ ref('int_contributions__additive') }}
),

levels as (
    select additive.*, 'level' as accum, 'value' as figure_role, 1::decimal(6, 3) as weight
    from additive
),

-- a month alone: the difference within the year, for units that have both months; January is the year to date
monthly as (
    select additive.*, i.constant_in_year
    from additive
    inner join {{ ref('indicators') }} as i on additive.indicator = i.indicator
    where i.kind = 'flow' and not i.constant_in_year and additive.role = 'return' and length(additive.period) = 7
),

paired as (
    select
        later.observation_id as later_id,
        later.period as later_period,
        earlier.observation_id as earlier_id,
        later.area_code,
        later.basis
    from monthly as later
    left join monthly as earlier
        on later.is_sample = earlier.is_sample
       and later.programme = earlier.programme
       and later.indicator = earlier.indicator
       and later.dim_code = earlier.dim_code
       and later.unit_code = earlier.unit_code
       and later.area_code = earlier.area_code
       and later.basis = earlier.basis
       and left(later.period, 4) = left(earlier.period, 4)
       and right(later.period, 2)::integer = right(earlier.period, 2)::integer + 1
    where right(later.period, 2) = '01' or earlier.observation_id is not null
),

flows as (
    select m.* exclude (constant_in_year), 'flow' as accum, 'value' as figure_role, 1::decimal(6, 3) as weight
    from monthly as m
    inner join paired as p on m.observation_id = p.later_id and m.area_code = p.area_code and m.basis = p.basis
    union all
    select
        m.* exclude (constant_in_year) replace (p.later_period as period),
        'flow' as accum,
        'value' as figure_role,
        (-1)::decimal(6, 3) as weight
    from monthly as m
    inner join paired as p on m.observation_id = p.earlier_id and m.area_code = p.area_code and m.basis = p.basis
),

scaled as (
    select
        levels.* replace (
            i.indicator as indicator,
            i.factor_value::decimal(6, 3) as weight
        )
    from levels
    inner join {{ ref('indicators') }} as i on levels.indicator = i.base
    where i.kind = 'scaled'
),

ratio_operands as (
    select indicator as ratio, numerator as indicator, 'numerator' as figure_role
    from {{ ref('indicators') }}
    where kind = 'ratio'
    union all
    select indicator as ratio, denominator as indicator, 'denominator' as figure_role
    from {{ ref('indicators') }}
    where kind = 'ratio'
),

operands as (
    select levels.* replace (r.figure_role as figure_role), r.ratio
    from levels
    inner join ratio_operands as r on levels.indicator = r.indicator
    where levels.dim_code = '' and levels.role <> 'text'
),

-- a rate of an area takes the units that have both operands, from the same filing or the same publication
matched as (
    select distinct
        n.ratio,
        n.area_code,
        n.basis,
        n.observation_id as numerator_id,
        d.observation_id as denominator_id,
        case when n.role = 'return' then 'returns' else n.submission_id end as shared_group
    from operands as n
    inner join operands as d
        on n.ratio = d.ratio
       and n.is_sample = d.is_sample
       and n.programme = d.programme
       and n.area_code = d.area_code
       and n.period = d.period
       and n.basis = d.basis
       and n.unit_code = d.unit_code
       and n.role = d.role
       and (n.role = 'return' or n.submission_id = d.submission_id)
    where n.figure_role = 'numerator' and d.figure_role = 'denominator'
),

matched_operands as (
    select ratio, area_code, basis, shared_group, numerator_id as observation_id, 'numerator' as figure_role
    from matched
    union all
    select ratio, area_code, basis, shared_group, denominator_id as observation_id, 'denominator' as figure_role
    from matched
),

rated as (
    select o.* exclude (ratio) replace (o.ratio as indicator, m.shared_group as group_id)
    from operands as o
    inner join matched_operands as m
        on o.observation_id = m.observation_id
       and o.figure_role = m.figure_role
       and o.ratio = m.ratio
       and o.area_code = m.area_code
       and o.basis = m.basis
),

final as (
    select * from levels
    union all
    select * from flows
    union all
    select * from scaled
    union all
    select * from rated
)

select * from final
