-- Every figure that can be given, chosen answer and alternatives. choice_rank 1 is the answer. A table, not a view of what it is made of:
-- pages ask for hundreds of single figures, and planning the union costs more than finding a row.
-- In no order: sorting the rows of a nation takes more memory than making them, and a renewal appends to them.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('ranges') }}", "{{ make_room('figure') }}"], post_hook="{{ ask_all() }}") }}
with ranges as (
    select
        * exclude (years, is_partial),
        'level' as accum,
        'years' as group_id,
        case when is_partial then 'partial' else 'summed' end as basis,
        false as is_doubtful,
        1 as choice_rank
    from {{ ref('int_figures__years_summed') }}
),

unioned as (
    select * from {{ ref('int_figures__undisputed') }}
    union all by name
    select * from {{ ref('int_figures__ranked') }} where length(period) <> 9
    union all by name
    select * from ranges
    union all by name
    -- a printed cumulative figure steps back behind the sum of its years
    select c.* replace (c.choice_rank + case when r.period is null then 0 else 1 end as choice_rank)
    from {{ ref('int_figures__ranked') }} as c
    left join ranges as r
        on {{ same_keys('c', 'r', ['is_sample', 'programme', 'indicator', 'area_code', 'period', 'dim_code', 'accum']) }}
    where length(c.period) = 9
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
            when fallen.area_code is not null then 'V'
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
    left join unexplained as fallen
        on unioned.accum = 'flow' and unioned.is_sample = fallen.is_sample and unioned.programme = fallen.programme
       and unioned.indicator = fallen.indicator and unioned.account = fallen.account and unioned.dim_code = fallen.dim_code
       and unioned.period = fallen.month and unioned.area_code = fallen.area_code
    where {{ in_scope('figure', 'unioned') }}
)

select * from final
