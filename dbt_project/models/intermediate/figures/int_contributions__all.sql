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

ratios as (
    select * from {{ ref('indicators') }} where kind = 'ratio'
),

-- a rate of an area takes the units that have both operands, from the same filing or the same publication
numerators as (
    select levels.*, r.indicator as ratio
    from levels
    inner join ratios as r on levels.indicator = r.numerator
    where levels.dim_code = '' and levels.role <> 'text'
),

denominators as (
    select levels.*, r.indicator as ratio
    from levels
    inner join ratios as r on levels.indicator = r.denominator
    where levels.dim_code = '' and levels.role <> 'text'
),

matched as (
    select distinct
        n.ratio, n.is_sample, n.programme, n.area_code, n.period, n.basis, n.unit_code,
        n.observation_id as numerator_id, d.observation_id as denominator_id,
        case when n.role = 'return' then 'returns' else n.submission_id end as shared_group
    from numerators as n
    inner join denominators as d
        on n.ratio = d.ratio
       and n.is_sample = d.is_sample
       and n.programme = d.programme
       and n.area_code = d.area_code
       and n.period = d.period
       and n.basis = d.basis
       and n.unit_code = d.unit_code
       and n.role = d.role
       and (n.role = 'return' or n.submission_id = d.submission_id)
),

rated as (
    select
        n.* exclude (ratio) replace (
            n.ratio as indicator, 'numerator' as figure_role, b.shared_group as group_id
        )
    from numerators as n
    inner join matched as b
        on n.observation_id = b.numerator_id and n.ratio = b.ratio and n.area_code = b.area_code and n.basis = b.basis
    union all
    select
        d.* exclude (ratio) replace (
            d.ratio as indicator, 'denominator' as figure_role, b.shared_group as group_id
        )
    from denominators as d
    inner join matched as b
        on d.observation_id = b.denominator_id and d.ratio = b.ratio and d.area_code = b.area_code and d.basis = b.basis
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
