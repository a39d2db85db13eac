-- Ranges of years: the sum of the years' chosen figures, only where every year has one, and behind it what was printed of
-- the range. Grain: question × range × group.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('ranges') }}", "{{ make_room('range') }}"], post_hook="{{ ask_all() }}") }}
with candidates as (
    select * from {{ ref('int_figures__ranked') }}
    union all by name
    select * from {{ ref('int_figures__undisputed') }}
    where {{ asked_only('indicator', 'period') }} and {{ asked('areas', 'area_code') }}
),

printed as (
    select * from {{ ref('int_figures__ranked') }} as c
    where length(c.period) = 9 and {{ in_scope('range', 'c') }}
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

summed as (
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
        bool_or(y.basis = 'partial') as is_partial,
        bool_or(y.obs_status = 'E') as is_estimate,
        case when bool_and(y.qualifier is null or y.qualifier = 'exact') then 'exact' else 'about' end as qualifier,
        min(y.units_reported) as units_reported,
        max(y.units_expected) as units_expected
    from bounds as b
    inner join years as y
        on b.is_sample = y.is_sample and b.programme = y.programme and b.indicator = y.indicator
       and b.area_code = y.area_code and b.dim_code = y.dim_code and y.year between b.first_year and b.last_year
    group by b.is_sample, b.programme, b.indicator, b.area_code, b.first_year, b.last_year, b.dim_name, b.dim_code
    having count(*) = b.last_year - b.first_year + 1
),

periods as (
    select distinct period from summed
),

broken as (
    {{ broken_series('periods') }}
)

select
    s.* exclude (is_partial, is_estimate),
    'level' as accum,
    case when s.is_partial then 'partial' else 'summed' end as basis,
    'years' as group_id,
    case
        when s.is_partial then 'U'
        when s.is_estimate then 'E'
        when b.area_code is not null then 'B'
        else 'A'
    end as obs_status,
    false as is_doubtful,
    1 as choice_rank
from summed as s
left join broken as b on s.area_code = b.area_code and s.period = b.period and b.accum = 'level'
union all by name
select p.* replace (p.choice_rank + case when s.period is null then 0 else 1 end as choice_rank)
from printed as p
left join summed as s
    on p.accum = 'level' and {{ same_keys('p', 's', ['is_sample', 'programme', 'indicator', 'area_code', 'period', 'dim_code']) }}
