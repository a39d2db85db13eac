-- Rows of a published table against a whole figure: the sum must agree, or what is left bounds the units that are missing.
-- Grain: publication × indicator × period × area above × whole figure. Nothing is imputed; the rest is an interval.
with held as (
    select
        o.submission_id, o.source_id, o.programme, o.indicator, o.period, a.parent_code as area_code, o.unit_code,
        o.observation_id, o.value, o.printed, i.kind, i.unit, i.decimals, coalesce(o.qualifier, 'exact') as qualifier,
        {{ count_half_unit('o.value', 'o.half_unit', "coalesce(o.qualifier, 'exact')") }} as rounding
    from {{ ref('fct_observations') }} as o
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    inner join {{ ref('areas') }} as a on o.unit_code = a.area_code
    where not o.is_sample and o.role = 'row' and o.dim_code = '' and not o.is_doubtful and o.value is not null
      and i.kind in ('flow', 'stock', 'plan') and i.unit <> '%'
),

summed as (
    select
        submission_id, source_id, programme, indicator, period, area_code, kind, unit, decimals,
        count(distinct unit_code) as units_reported,
        list_sort(list(distinct unit_code)) as units,
        sum(value) as point,
        sum({{ printed_low('value', 'rounding', 'qualifier') }}) as low,
        case when count(*) = count({{ printed_high('value', 'rounding', 'qualifier') }})
            then sum({{ printed_high('value', 'rounding', 'qualifier') }}) end as high,
        {{ last_month('period') }} as last_month
    from held
    group by all
),

asked as (
    select
        s.submission_id, s.indicator, s.period, s.area_code, count(*) as units_expected,
        coalesce(list(a.area_code order by a.sort_order) filter (where not list_contains(s.units, a.area_code)), []) as units_lacking
    from summed as s
    inner join {{ ref('areas') }} as a
        on s.area_code = a.parent_code
       and {{ stands_in('a', 's.last_month') }}
    group by all
),

wholes as (
    select
        programme, indicator, area_code, period, value, printed, source_id, group_id, choice_rank,
        half_unit, coalesce(qualifier, 'exact') as qualifier,
        {{ count_half_unit('value', 'half_unit', "coalesce(qualifier, 'exact')") }} as rounding
    from {{ ref('fct_figures') }}
    where not is_sample and accum = 'level' and basis = 'filed' and source_id is not null and not is_doubtful
      and dim_code = '' and obs_status in ('A', 'B') and value is not null and length(period) in (4, 7)
),

bounded as (
    select
        *,
        {{ printed_low('value', 'rounding', 'qualifier') }} as low,
        {{ printed_high('value', 'rounding', 'qualifier') }} as high
    from wholes
),

-- the year to date never falls: the month before is the least, the month after the most
months as (
    select
        s.submission_id, s.indicator, s.period, s.area_code, w.source_id, w.printed, w.value, w.low, w.high, w.period as printed_at,
        case when w.period < coalesce(nullif(s.period, left(s.period, 4)), s.period || '-12') then 'earlier' else 'later' end as basis
    from summed as s
    inner join bounded as w
        on s.programme = w.programme and s.indicator = w.indicator and s.area_code = w.area_code
       and left(s.period, 4) = left(w.period, 4) and length(w.period) = 7
    where s.kind = 'flow' and length(s.period) in (4, 7)
      and w.period <> coalesce(nullif(s.period, left(s.period, 4)), s.period || '-12')
    qualify row_number() over (
        partition by s.submission_id, s.indicator, s.period, s.area_code, basis
        order by case when basis = 'earlier' then w.period end desc, case when basis = 'later' then w.period end, w.choice_rank
    ) = 1
),

answers as (
    select
        s.submission_id, s.indicator, s.period, s.area_code, 'total' as basis, w.printed, w.value as point, w.low, w.high,
        [w.source_id] as sources, w.group_id, w.choice_rank,
        case when w.qualifier = 'exact' and w.half_unit > 0 then 2 * w.half_unit end as step
    from summed as s
    inner join bounded as w
        on s.programme = w.programme and s.indicator = w.indicator and s.area_code = w.area_code and s.period = w.period
    union all
    select
        submission_id, indicator, period, area_code, basis, printed_at || '：' || printed as printed, value as point,
        case basis when 'earlier' then low else 0 end as low, case basis when 'later' then high end as high,
        [source_id] as sources, null as group_id, 1 as choice_rank, null as step
    from months
    union all
    select
        s.submission_id, s.indicator, s.period, s.area_code, 'rates' as basis, null as printed, null as point,
        r.plan_low as low, r.plan_high as high, m.sources, null as group_id, 1 as choice_rank, null as step
    from summed as s
    inner join {{ ref('fct_plan_inference_runs') }} as r
        on s.programme = r.programme and s.area_code = r.area_code and s.period = r.plan_year
       and concat('plan_', r.measure) = s.indicator and r.runs = 1 and r.plan_low is not null
    inner join (
        select programme, area_code, plan_year, measure, list_sort(list_distinct(flatten(list([starts_source_id, rate_source_id])))) as sources
        from {{ ref('fct_plan_inference') }}
        group by all
    ) as m
        on r.programme = m.programme and r.area_code = m.area_code and r.plan_year = m.plan_year and r.measure = m.measure
),

rested as (
    select
        s.*, a.units_expected, a.units_lacking, w.basis, w.printed as other_printed, w.point as other_point,
        w.low as other_low, w.high as other_high, w.sources, w.group_id, w.choice_rank, w.step,
        w.point - s.point as rest_point,
        -- a whole number of DuckDB has no decimals: uncast, it would take those of the other branch
        case when s.decimals = 0 then ceil(w.low - s.high)::decimal(38, 8) else w.low - s.high end as rest_least,
        case when s.decimals = 0 then floor(w.high - s.low)::decimal(38, 8) else w.high - s.low end as rest_high
    from summed as s
    inner join asked as a
        on s.submission_id = a.submission_id and s.indicator = a.indicator and s.period = a.period and s.area_code = a.area_code
    inner join answers as w
        on s.submission_id = w.submission_id and s.indicator = w.indicator and s.period = w.period and s.area_code = w.area_code
    where a.units_expected > 1 and (w.basis = 'total' or len(a.units_lacking) > 0)
),

final as (
    select
        submission_id::varchar as submission_id,
        source_id::varchar as source_id,
        programme::varchar as programme,
        indicator::varchar as indicator,
        period::varchar as period,
        area_code::varchar as area_code,
        unit::varchar as unit,
        units_reported::integer as units_reported,
        units_expected::integer as units_expected,
        units_lacking::varchar[] as units_lacking,
        point::decimal(38, 8) as point,
        low::decimal(38, 8) as low,
        high::decimal(38, 8) as high,
        basis::varchar as basis,
        other_printed::varchar as other_printed,
        other_point::decimal(38, 8) as other_point,
        other_low::decimal(38, 8) as other_low,
        other_high::decimal(38, 8) as other_high,
        sources::varchar[] as sources,
        group_id::varchar as group_id,
        choice_rank::integer as choice_rank,
        rest_point::decimal(38, 8) as rest_point,
        greatest(rest_least, 0)::decimal(38, 8) as rest_low,
        rest_high::decimal(38, 8) as rest_high,
        case
            -- cut, a whole is less than its rows
            when rest_high < 0 and {{ cut_to('point', 'step') }} = other_point then 'explained'
            when rest_high < 0 then 'differs'
            when len(units_lacking) > 0 then 'interval'
            when rest_least > 0 then 'differs'
            else 'agrees' -- rows without an upper end may add up to any whole above
        end::varchar as verdict
    from rested
)

select * from final
