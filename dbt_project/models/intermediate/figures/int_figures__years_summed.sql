-- A range of years is the sum of its years' chosen figures, only where every year has one. Grain: question × range.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('ranges') }}", "{{ make_room('range') }}"], post_hook="{{ ask_all() }}") }}
with candidates as (
    select * from {{ ref('int_figures__ranked') }}
    union all by name
    select * from {{ ref('int_figures__undisputed') }}
),

years as (
    select c.*, c.period::integer as year
    from candidates as c
    inner join {{ ref('indicators') }} as i on c.indicator = i.indicator
    where {{ in_scope('range', 'c') }} and c.choice_rank = 1 and c.accum = 'level' and length(c.period) = 4 and i.kind in ('flow', 'scaled') and i.is_additive
      and not i.constant_in_year and c.value is not null and not c.is_doubtful
),

bounds as (
    select
        a.is_sample, a.programme, a.indicator, a.area_code, a.dim_name, a.dim_code,
        a.year as first_year, b.year as last_year
    from years as a
    inner join years as b
        on a.is_sample = b.is_sample and a.programme = b.programme and a.indicator = b.indicator
       and a.area_code = b.area_code and a.dim_code = b.dim_code and a.year < b.year
),

final as (
    select
        b.is_sample,
        min(y.source_kind) as source_kind,
        b.programme,
        b.indicator,
        b.area_code,
        b.first_year || '/' || b.last_year as period,
        b.dim_name,
        b.dim_code,
        sum(y.value) as value,
        sum(y.half_unit) as half_unit,
        count(*) as years,
        bool_or(y.basis = 'partial') as is_partial,
        bool_or(y.is_estimate) as is_estimate,
        case when bool_and(y.qualifier is null or y.qualifier = 'exact') then 'exact' else 'about' end as qualifier,
        min(y.units_reported) as units_reported,
        max(y.units_expected) as units_expected
    from bounds as b
    inner join years as y
        on b.is_sample = y.is_sample and b.programme = y.programme and b.indicator = y.indicator
       and b.area_code = y.area_code and b.dim_code = y.dim_code and y.year between b.first_year and b.last_year
    group by b.is_sample, b.programme, b.indicator, b.area_code, b.first_year, b.last_year, b.dim_name, b.dim_code
    having count(*) = b.last_year - b.first_year + 1
)

select * from final
