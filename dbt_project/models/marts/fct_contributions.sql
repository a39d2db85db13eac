-- The cells of every figure: weight × value adds up to it exactly (for a ratio: numerator and denominator apart).
{{ config(materialized='view', contract={'enforced': false}) }}
with direct as (
    select
        is_sample, programme, indicator, area_code, period, accum, dim_name, dim_code, basis, group_id,
        figure_role, weight, observation_id, unit_code, submission_id, field, sheet, cell, printed, value, source_id
    from {{ ref('int_contributions__all') }}
),

years as (
    select
        r.is_sample, r.programme, r.indicator, r.area_code, r.period, 'level' as accum, r.dim_name, r.dim_code,
        'summed' as basis, 'years' as group_id, d.figure_role, d.weight, d.observation_id, d.unit_code, d.submission_id,
        d.field, d.sheet, d.cell, d.printed, d.value, d.source_id
    from {{ ref('int_figures__years_summed') }} as r
    inner join {{ ref('int_figures__candidates') }} as c
        on r.is_sample = c.is_sample and r.programme = c.programme and r.indicator = c.indicator
       and r.area_code = c.area_code and r.dim_code = c.dim_code and c.choice_rank = 1 and c.accum = 'level'
       and length(c.period) = 4 and c.period between left(r.period, 4) and right(r.period, 4)
    inner join direct as d
        on c.is_sample = d.is_sample and c.programme = d.programme and c.indicator = d.indicator
       and c.area_code = d.area_code and c.dim_code = d.dim_code and c.period = d.period and c.accum = d.accum
       and c.group_id = d.group_id and case when c.basis = 'partial' then 'summed' else c.basis end = d.basis
)

select * from direct
union all
select * from years
