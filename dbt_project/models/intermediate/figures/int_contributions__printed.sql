-- Contributions of publications: printed cells as they are, and the rows of one publication added up; figures times a factor,
-- and ratios. Grain: figure key × role × observation.
{{ config(materialized='view') }}
with observations as (
    select * from {{ ref('fct_observations') }}
    where role <> 'return' and {{ asked_only('indicator', 'period') }} and {{ asked('codes', 'dim_code') }}
),

-- each printed cell, for the area it is printed for
filed_publications as (
    select *, unit_code as area_code, 'filed' as basis, submission_id || '#' || sheet || '!' || cell as group_id
    from observations
),

-- the rows of one publication, for the area that the publication is about
summed_publications as (
    select o.*, p.area_code, 'summed' as basis, o.submission_id as group_id
    from observations as o
    inner join {{ ref('sources') }} as p on o.source_id = p.source_id
    inner join {{ ref('areas') }} as a on o.unit_code = a.area_code and p.area_code = a.parent_code
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    where o.role = 'row' and i.kind <> 'printed'
),

levels as (
    select
        *,
        indicator as observed_indicator,
        dim_code as observed_dim_code,
        'level' as accum,
        'value' as figure_role,
        1::decimal(6, 3) as weight
    from (
        select * from filed_publications
        union all
        select * from summed_publications
    ) as cells
),

scaled as (
    select levels.* replace (i.indicator as indicator, i.factor_value::decimal(6, 3) as weight)
    from levels
    inner join {{ ref('indicators') }} as i on levels.indicator = i.base
    where i.kind = 'scaled'
),

operands as (
    select
        levels.* replace (
            r.figure_role as figure_role,
            r.ratio as indicator,
            case when r.is_of_parts then '' else levels.dim_name end as dim_name,
            case when r.is_of_parts then '' else levels.dim_code end as dim_code
        ),
        r.is_of_parts
    from levels
    inner join {{ ref('ratio_operands') }} as r
        on {{ is_operand('levels', 'r') }}
    where levels.role <> 'text'
),

-- an operand made of several codes is known where all that are named are
named_parts as (
    select ratio, figure_role, count(*) as parts
    from {{ ref('ratio_operands') }}
    where is_of_parts
    group by all
),

whole as (
    select * exclude (is_of_parts) from operands
    where not is_of_parts
    union all
    select operands.* exclude (is_of_parts)
    from operands
    inner join named_parts as n on operands.indicator = n.ratio and operands.figure_role = n.figure_role
    where operands.is_of_parts
    qualify count(distinct operands.observed_dim_code) over (
        partition by
            operands.indicator, operands.figure_role, operands.is_sample, operands.programme, operands.area_code,
            operands.period, operands.basis, operands.unit_code, operands.submission_id, operands.role
    ) = n.parts
),

-- a rate takes the units that have both operands, from the same publication and of the same kind
answerable as (
    select indicator, is_sample, programme, area_code, period, basis, dim_code, unit_code, submission_id, role
    from whole
    group by all
    having min(figure_role) <> max(figure_role)
),

rated as (
    select whole.* replace (whole.submission_id as group_id)
    from whole
    semi join answerable as a
        on {{ same_keys('whole', 'a', [
            'indicator', 'is_sample', 'programme', 'area_code', 'period', 'basis', 'dim_code', 'unit_code', 'submission_id',
            'role',
        ]) }}
)

select * from levels
union all
select * from scaled
union all
select * from rated
