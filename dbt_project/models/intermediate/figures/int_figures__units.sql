-- What each unit's own returns answer: as filed, for a month alone, and times a factor. Grain: question × unit × account.
-- The parts of areas too (int_figures__areas): a unit is added up once, whatever lies above it. Which cell enters which
-- figure says int_contributions__all, and a test that both agree.
-- A view: what one cell answers, and nothing else can, is held as that cell; the others are int_figures__units_summed.
{{ config(materialized='view') }}
with levels as (
    select
        * exclude (field, from_rows, is_alone, flow),
        'level' as accum,
        1::bigint as cells
    from {{ ref('int_observations__returned') }}
    where is_alone
),

{{ answered('levels') }},

flows as (
    select
        c.* exclude (field, from_rows, is_alone, flow) replace (
            c.flow::decimal(38, 11) as value,
            case when {{ is_january('c.period') }} then c.submission_id end as submission_id
        ),
        'flow' as accum,
        case when {{ is_january('c.period') }} then 1 else 2 end::bigint as cells,
        a.is_additive,
        a.is_estimate,
        f.unit_code is not null as is_rivalled
    from {{ ref('int_observations__returned') }} as c
    inner join {{ ref('int_questions__answers') }} as a on c.indicator = a.base and a.base = a.indicator
    anti join {{ ref('area_openings') }} as o on {{ stands_apart('c', 'o') }}
    left join {{ unexplained_falls() }} as f on {{ is_month_of('c', 'f') }}
    where c.is_alone and c.flow is not null
)

select *, false as is_rivalled from answered
union all by name
select * from flows
union all by name
select * from {{ ref('int_figures__units_summed') }}
