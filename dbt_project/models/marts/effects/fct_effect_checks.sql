-- Flow against stock: printed windows of one start, and rosters of two Decembers. Grain: kind × item × area × two ends.
-- Nothing is subtracted across a series that was computed anew: such a pair is named and not judged.
{{ config(materialized='view', meta={'preview': false}) }}
with figures as (
    select
        f.*,
        r.printed_before,
        case when f.published_on < r.printed_before then 'before' when f.published_on >= r.printed_before then 'after' end as vintage,
        {{ printed_low('f.value', 'f.half_unit', 'f.qualifier') }} as low,
        {{ printed_high('f.value', 'f.half_unit', 'f.qualifier') }} as high
    from {{ ref('fct_figures') }} as f
    left join {{ ref('rebased_series') }} as r on f.indicator = r.indicator and f.area_code = r.area_code
    where starts_with(f.indicator, 'effect_') and f.accum = 'level' and f.dim_code = '' and f.source_kind = 'publication'
      and f.value is not null and not f.is_doubtful and f.group_id <> 'years'
),

ends as (
    select
        *,
        split_part(period, '/', 1) as first_part,
        split_part(period, '/', -1) as last_part
    from figures
    where choice_rank = 1 or group_id <> 'years'
),

dated as (
    select
        *,
        contains(period, '/') as is_window,
        case when length(first_part) = 4 then first_part || '-01-01' else left(first_part, 4) || '-01-01' end as year_start,
        case when length(first_part) = 4 then first_part || '-01-01' else first_part end as span_start,
        case
            when length(last_part) = 4 then last_part || '-12-31'
            when length(last_part) = 7 then last_day((last_part || '-01')::date)::varchar
            else last_part
        end as span_end
    from ends
    qualify row_number() over (
        partition by is_sample, programme, indicator, area_code, period order by choice_rank
    ) = 1
),

-- a window is a stock since its start; a year, or a year to date, is a flow since the first of January
windows as (
    select * from dated where is_window
),

flows as (
    select * from dated where not is_window
),

printed as (
    select
        'printed_window' as kind,
        a.is_sample,
        a.programme,
        a.indicator as item,
        a.area_code,
        a.period as stock_before,
        b.period as stock_after,
        f.period as flow_period,
        b.value - a.value as change,
        f.value as flow,
        a.low + f.low as expected_low,
        a.high + f.high as expected_high,
        b.low as held_low,
        b.high as held_high,
        coalesce(a.vintage, '') <> coalesce(b.vintage, '') as is_rebased
    from windows as a
    inner join windows as b
        on a.is_sample = b.is_sample and a.programme = b.programme and a.indicator = b.indicator
       and a.area_code = b.area_code and a.span_start = b.span_start and a.span_end < b.span_end
    left join flows as f
        on b.is_sample = f.is_sample and b.programme = f.programme and b.indicator = f.indicator
       and b.area_code = f.area_code and b.span_end = f.span_end and f.year_start::date = a.span_end::date + 1
       and coalesce(f.vintage, '') = coalesce(b.vintage, '')
),

-- rosters: what a task has finished in its life, at two Decembers, against the year's flow
rosters as (
    select s.submission_id, s.is_sample, s.programme, s.unit_code, left(s.period, 4)::integer as year
    from {{ ref('int_submissions__in_force') }} as s
    where s.form = 'J4' and right(s.period, 3) = '-12'
),

stocks as (
    select r.is_sample, r.programme, r.unit_code, r.year, t.item, sum(t.value) as value
    from rosters as r
    inner join (
        select submission_id, 'effect_elev' as item, elev_done_total as value
        from {{ ref('int_j4__in_force') }}
        where membership = 'M1' and rec_status = 'A'
        union all
        select submission_id, 'effect_svc_elder' as item, elder_done_total as value
        from {{ ref('int_j4__in_force') }}
        where membership = 'M1' and rec_status = 'A'
        union all
        select submission_id, 'effect_svc_child' as item, child_done_total as value
        from {{ ref('int_j4__in_force') }}
        where membership = 'M1' and rec_status = 'A'
    ) as t on r.submission_id = t.submission_id
    where t.value is not null
    group by all
),

returned as (
    select
        'roster_stock' as kind,
        a.is_sample,
        a.programme,
        a.item,
        a.unit_code as area_code,
        a.year || '-12' as stock_before,
        b.year || '-12' as stock_after,
        b.year::varchar as flow_period,
        b.value - a.value as change,
        f.value as flow,
        a.value + f.value as expected_low,
        a.value + f.value as expected_high,
        b.value as held_low,
        b.value as held_high,
        false as is_rebased
    from stocks as a
    inner join stocks as b
        on a.is_sample = b.is_sample and a.programme = b.programme and a.unit_code = b.unit_code and a.item = b.item
       and b.year = a.year + 1
    left join {{ ref('fct_figures') }} as f
        on b.is_sample = f.is_sample and b.programme = f.programme and b.item = f.indicator and b.unit_code = f.area_code
       and b.year::varchar = f.period and f.accum = 'level' and f.dim_code = '' and f.choice_rank = 1
       and f.source_kind <> 'publication'
),

unioned as (
    select * from printed
    union all
    select * from returned
),

final as (
    select
        kind::varchar as kind,
        is_sample::boolean as is_sample,
        programme::varchar as programme,
        item::varchar as item,
        area_code::varchar as area_code,
        stock_before::varchar as stock_before,
        stock_after::varchar as stock_after,
        flow_period::varchar as flow_period,
        case when not is_rebased then change end::decimal(38, 8) as change,
        flow::decimal(38, 8) as flow,
        case when not is_rebased then expected_low end::decimal(38, 8) as expected_low,
        case when not is_rebased then expected_high end::decimal(38, 8) as expected_high,
        held_low::decimal(38, 8) as held_low,
        held_high::decimal(38, 8) as held_high,
        case
            when is_rebased then 'rebased'
            when flow is null then 'no_flow'
            when (held_high is null or expected_low <= held_high) and (expected_high is null or held_low <= expected_high)
                then 'agrees'
            else 'differs'
        end::varchar as verdict
    from unioned
)

select * from final
