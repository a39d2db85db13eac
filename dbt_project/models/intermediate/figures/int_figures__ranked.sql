-- Figures of areas, and of units of which more may be said than they say: chosen answer and alternatives. Grain: question ×
-- basis × group. In no order: sorting the rows of a nation takes more memory than making them, and a renewal appends.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('ranges') }}", "{{ make_room('figure') }}"], post_hook="{{ ask_all() }}") }}
with candidates as (
    select * from {{ ref('int_figures__candidates') }}
    where {{ in_scope('figure') }}
),

ranges as (
    select
        is_sample, source_kind, programme, indicator, area_code, period, 'level' as accum, dim_name, dim_code,
        'years' as group_id, value, null as numerator, null as denominator, units_reported, half_unit,
        null as printed, qualifier, is_estimate, null as submission_id, null as source_id, null as publisher, null as account,
        null as published_on, false as is_doubtful, units_expected,
        case when is_partial then 'partial' else 'summed' end as basis, 1 as choice_rank
    from {{ ref('int_figures__years_summed') }}
    where {{ in_scope('range') }}
),

unioned as (
    select * from ranges
    union all by name
    -- a printed cumulative figure steps back behind the sum of its years
    select c.* exclude (preference) replace (c.choice_rank + case when r.period is null then 0 else 1 end as choice_rank)
    from candidates as c
    left join ranges as r
        on c.is_sample = r.is_sample and c.programme = r.programme and c.indicator = r.indicator
       and c.area_code = r.area_code and c.period = r.period and c.dim_code = r.dim_code and c.accum = 'level'
)

select * from unioned
