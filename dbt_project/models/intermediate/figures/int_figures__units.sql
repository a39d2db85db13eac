-- What each unit's own returns answer: as filed, for a month alone, and times a factor. Grain: question × unit × account.
-- The parts of areas too (int_figures__areas): a unit is added up once, whatever lies above it. Which cell enters which
-- figure says int_contributions__all, and a test that both agree.
-- A view: what one cell answers, and nothing else can, is held as that cell; the others are int_figures__units_summed.
{{ config(materialized='view') }}
with cells as (
    select o.* exclude (field, from_rows, is_alone), i.is_additive
    from {{ ref('int_observations__returned') }} as o
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    where o.is_alone
),

levels as (
    select * exclude (flow), 'level' as accum, 1::bigint as cells
    from cells
),

flows as (
    select
        c.* exclude (flow) replace (
            c.flow::decimal(38, 11) as value,
            case when {{ is_january('c.period') }} then c.submission_id end as submission_id
        ),
        'flow' as accum,
        case when {{ is_january('c.period') }} then 1 else 2 end::bigint as cells
    from cells as c
    anti join {{ ref('area_openings') }} as o on {{ stands_apart('c', 'o') }}
    where c.flow is not null
),

{{ answers_of('levels') }}

select *, false as is_rivalled from answered
union all by name
select *, false as is_estimate, false as is_rivalled from flows
union all by name
select * from {{ ref('int_figures__units_summed') }}
