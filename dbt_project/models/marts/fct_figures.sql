-- Every figure that can be given, chosen answer and alternatives. choice_rank 1 is the answer.
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
),

periods as (
    select distinct period from {{ ref('fct_observations') }}
    union
    select distinct period from ranges
),

-- the first period after a change of territory, and a range of years across one
broken as (
    select distinct b.area_code, p.period, a.accum
    from {{ ref('area_breaks') }} as b
    inner join (values ('level'), ('flow')) as a (accum) on coalesce(b.accum, a.accum) = a.accum
    inner join periods as p
        on case
            when length(p.period) = 9
                then left(p.period, 4) || '-01' < b.month and b.month <= right(p.period, 4) || '-12'
            else p.period in (b.month, left(b.month, 4))
        end
),

-- months that fell without a reason, at the unit and everywhere above it
unexplained as (
    select distinct n.is_sample, n.programme, n.indicator, n.account, n.dim_code, n.month, c.area_code
    from {{ ref('fct_negative_flows') }} as n
    inner join (
        select area_code, unit_code from {{ ref('area_closure') }}
        union
        select area_code, area_code as unit_code from {{ ref('areas') }}
    ) as c on n.unit_code = c.unit_code
    where not n.is_explained
),

final as (
    select
        unioned.is_sample::boolean as is_sample,
        source_kind::varchar as source_kind,
        unioned.programme::varchar as programme,
        unioned.indicator::varchar as indicator,
        unioned.area_code::varchar as area_code,
        period::varchar as period,
        accum::varchar as accum,
        dim_name::varchar as dim_name,
        unioned.dim_code::varchar as dim_code,
        basis::varchar as basis,
        group_id::varchar as group_id,
        value::decimal(38, 8) as value,
        unioned.numerator::decimal(38, 8) as numerator,
        unioned.denominator::decimal(38, 8) as denominator,
        case
            when x.area_code is not null then 'V'
            when basis = 'partial' then 'U'
            when is_estimate or i.is_limit then 'E'
            when i.kind = 'ratio' and unioned.denominator = 0 then 'M'
            when broken.area_code is not null then 'B'
            else 'A'
        end::varchar as obs_status,
        units_reported::integer as units_reported,
        units_expected::integer as units_expected,
        printed::varchar as printed,
        half_unit::decimal(38, 8) as half_unit,
        qualifier::varchar as qualifier,
        submission_id::varchar as submission_id,
        unioned.account::varchar as account,
        source_id::varchar as source_id,
        publisher::varchar as publisher,
        published_on::varchar as published_on,
        is_doubtful::boolean as is_doubtful,
        choice_rank::integer as choice_rank
    from unioned
    inner join {{ ref('indicators') }} as i on unioned.indicator = i.indicator
    left join broken using (area_code, period, accum)
    left join unexplained as x
        on unioned.accum = 'flow' and unioned.is_sample = x.is_sample and unioned.programme = x.programme
       and unioned.indicator = x.indicator and unioned.account = x.account and unioned.dim_code = x.dim_code
       and unioned.period = x.month and unioned.area_code = x.area_code
)

-- not in key order: sorting the rows of a nation takes more memory than making them, and a renewal appends to them
select * from final
