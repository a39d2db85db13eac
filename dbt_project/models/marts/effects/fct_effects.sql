-- Every effect of form J3 and every content item of list J4C, by year and area. Grain: question × year × area.
-- A view: asked for by area. Scope tells listed communities from all housing; the two are never in one sum.
{{ config(materialized='view', meta={'preview': false}) }}
with figures as (
    select f.*, i.name_zh, i.name_en, i.unit, i.scope, r.printed_before
    from {{ ref('fct_figures') }} as f
    inner join {{ ref('indicators') }} as i on f.indicator = i.indicator
    left join {{ ref('rebased_series') }} as r
        on f.indicator = r.indicator and f.area_code = r.area_code and f.source_kind = 'publication'
    where starts_with(f.indicator, 'effect_') and f.accum = 'level' and f.dim_code = '' and f.choice_rank = 1
      and f.value is not null and regexp_full_match(f.period, '20[0-9]{2}')
),

vintaged as (
    select
        *,
        case when published_on < printed_before then 'before' when published_on >= printed_before then 'after' end as vintage
    from figures
),

-- the first year that is printed after a series was computed anew is where the series breaks
broken as (
    select
        *,
        vintage = 'after' and period = min(period) filter (where vintage = 'after') over (
            partition by is_sample, programme, indicator, area_code
        ) as is_break
    from vintaged
),

answered as (
    select
        is_sample, source_kind, programme, area_code, period as year, 'J3' as list, indicator as item, name_zh, name_en,
        unit, scope, value, null as undated, basis,
        case when is_break and obs_status = 'A' then 'B' else obs_status end as obs_status,
        vintage, coalesce(is_break, false) as is_break, units_reported, units_expected, account, source_id
    from broken
),

-- rosters of December: what the tasks in the plan finished in the year, by the month of each item
rosters as (
    select s.submission_id, s.is_sample, s.source_kind, s.programme, s.unit_code, left(s.period, 4) as year
    from {{ ref('int_submissions__in_force') }} as s
    where s.form = 'J4' and right(s.period, 3) = '-12'
),

counted as (
    select r.submission_id, r.is_sample, r.source_kind, r.programme, r.unit_code, r.year, c.item, c.done_qty, c.done_ym
    from {{ ref('int_j4c__in_force') }} as c
    inner join rosters as r on c.submission_id = r.submission_id
    inner join {{ ref('int_j4__in_force') }} as p on c.submission_id = p.submission_id and c.task_id = p.task_id
    where p.membership = 'M1' and p.rec_status = 'A' and c.done_qty is not null
),

summed as (
    select
        n.is_sample,
        n.source_kind,
        n.programme,
        z.area_code,
        n.year,
        n.item,
        coalesce(sum(n.done_qty) filter (where left(n.done_ym, 4) = n.year), 0) as value,
        coalesce(sum(n.done_qty) filter (where n.done_ym is null), 0) as undated
    from counted as n
    inner join {{ ref('area_closure') }} as z on n.unit_code = z.unit_code
    group by all
),

reported as (
    select r.is_sample, r.programme, z.area_code, r.year, count(distinct r.unit_code) as units_reported
    from rosters as r
    inner join {{ ref('area_closure') }} as z on r.unit_code = z.unit_code
    group by all
),

expected as (
    select z.area_code, y.year, count(*) as units_expected
    from {{ ref('area_closure') }} as z
    cross join (select distinct year from rosters) as y
    where {{ stands_in('z', "(y.year || '-12')") }}
    group by all
),

listed as (
    select
        s.is_sample, s.source_kind, s.programme, s.area_code, s.year, 'J4C' as list, s.item, i.name_zh, i.name_en, i.unit,
        'listed' as scope, s.value, s.undated,
        case
            when e.units_expected = 1 and r.units_reported = 1 then 'filed'
            when r.units_reported < e.units_expected then 'partial'
            else 'summed'
        end as basis,
        case when r.units_reported < e.units_expected then 'U' else 'A' end as obs_status,
        null as vintage, false as is_break, r.units_reported, e.units_expected, 'J4C' as account, null as source_id
    from summed as s
    inner join {{ ref('content_items') }} as i on s.item = i.code
    inner join reported as r
        on s.is_sample = r.is_sample and s.programme = r.programme and s.area_code = r.area_code and s.year = r.year
    inner join expected as e on s.area_code = e.area_code and s.year = e.year
),

unioned as (
    select * from answered
    union all by name
    select * from listed
),

final as (
    select
        is_sample::boolean as is_sample,
        source_kind::varchar as source_kind,
        programme::varchar as programme,
        area_code::varchar as area_code,
        year::integer as year,
        list::varchar as list,
        item::varchar as item,
        name_zh::varchar as name_zh,
        name_en::varchar as name_en,
        scope::varchar as scope,
        value::decimal(38, 8) as value,
        undated::decimal(38, 8) as undated,
        unit::varchar as unit,
        obs_status::varchar as obs_status,
        is_break::boolean as is_break,
        vintage::varchar as vintage,
        basis::varchar as basis,
        units_reported::integer as units_reported,
        units_expected::integer as units_expected,
        account::varchar as account,
        source_id::varchar as source_id
    from unioned
)

select * from final
