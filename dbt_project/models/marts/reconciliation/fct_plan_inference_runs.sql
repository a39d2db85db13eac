-- Months intersected in order, a month as its last day. An empty intersection ends a run: the plan was revised and the next run starts with that month.
-- Grain: programme × area × year × measure × run. Beside it the same under the other hypothesis (digits cut, not rounded).
with recursive months as (
    select
        *,
        row_number() over (
            partition by programme, area_code, plan_year, measure order by {{ end_of('period') }}, publisher
        ) as n
    from {{ ref('fct_plan_inference') }}
),

walked as (
    select
        programme, area_code, plan_year, measure, period, publisher, n, 1 as run,
        plan_low as low, plan_high as high,
        cut_low as c_low, cut_high as c_high, coalesce(cut_low > cut_high, false) as is_cut_refuted
    from months
    where n = 1
    union all
    select
        m.programme, m.area_code, m.plan_year, m.measure, m.period, m.publisher, m.n,
        w.run + case when greatest(w.low, m.plan_low) > least(w.high, m.plan_high) then 1 else 0 end as run,
        case when greatest(w.low, m.plan_low) > least(w.high, m.plan_high) then m.plan_low else greatest(w.low, m.plan_low) end as low,
        case when greatest(w.low, m.plan_low) > least(w.high, m.plan_high) then m.plan_high else least(w.high, m.plan_high) end as high,
        greatest(w.c_low, m.cut_low) as c_low,
        least(w.c_high, m.cut_high) as c_high,
        coalesce(greatest(w.c_low, m.cut_low) > least(w.c_high, m.cut_high), false) as is_cut_refuted
    from walked as w
    inner join months as m
        on w.programme = m.programme and w.area_code = m.area_code and w.plan_year = m.plan_year
       and w.measure = m.measure and m.n = w.n + 1
),

runs as (
    select
        programme, area_code, plan_year, measure, run,
        arg_min(period, n) as first_period,
        arg_max(period, n) as last_period,
        count(*) as months,
        arg_max(low, n) as plan_low,
        arg_max(high, n) as plan_high,
        string_agg(distinct publisher, ' ' order by publisher) as publishers
    from walked
    group by all
),

series as (
    select
        programme, area_code, plan_year, measure,
        max(run) as runs,
        arg_max(c_low, n) as cut_low,
        arg_max(c_high, n) as cut_high,
        bool_or(is_cut_refuted) as is_cut_refuted
    from walked
    group by all
),

-- whole plans that were printed for the year, each once a publication and value
plans as (
    select distinct
        programme, unit_code as area_code, period as plan_year,
        case indicator when 'plan_communities' then 'communities' else 'households' end as measure,
        source_id, publisher, published_on, printed, value,
        {{ printed_low('value', count_half_unit('value', 'half_unit', 'qualifier'), 'qualifier') }} as low,
        {{ printed_high('value', count_half_unit('value', 'half_unit', 'qualifier'), 'qualifier') }} as high
    from {{ ref('fct_observations') }}
    where not is_sample and source_id is not null and not is_doubtful and dim_code = '' and role <> 'part'
      and indicator in ('plan_communities', 'plan_households') and length(period) = 4 and value is not null
),

tested as (
    select
        r.programme, r.area_code, r.plan_year, r.measure, r.run,
        list_sort(list(distinct p.value::bigint)) as printed_plans,
        list(p.source_id || ' ' || p.printed order by p.source_id)
            filter (where p.low <= coalesce(r.plan_high, p.low) and coalesce(p.high, r.plan_low) >= coalesce(r.plan_low, 0)) as inside,
        list(p.source_id || ' ' || p.printed order by p.source_id)
            filter (where not (p.low <= coalesce(r.plan_high, p.low) and coalesce(p.high, r.plan_low) >= coalesce(r.plan_low, 0))) as outside
    from runs as r
    inner join plans as p
        on r.programme = p.programme and r.area_code = p.area_code and r.plan_year = p.plan_year and r.measure = p.measure
    group by all
),

final as (
    select
        r.programme::varchar as programme,
        r.area_code::varchar as area_code,
        r.plan_year::varchar as plan_year,
        r.measure::varchar as measure,
        r.run::integer as run,
        s.runs::integer as runs,
        r.first_period::varchar as first_period,
        r.last_period::varchar as last_period,
        r.months::integer as months,
        r.publishers::varchar as publishers,
        r.plan_low::bigint as plan_low,
        r.plan_high::bigint as plan_high,
        case when r.plan_low = r.plan_high then r.plan_low end::bigint as pinned,
        (s.runs > 1)::boolean as is_revised,
        case
            when s.runs > 1 then 'revised'
            when r.plan_low > r.plan_high then 'impossible'
            when r.plan_low = r.plan_high then 'pinned'
            when r.plan_low is null then 'at_most'
            else 'narrowed'
        end::varchar as verdict,
        case when r.run > 1 then r.first_period end::varchar as revised_by,
        case when not s.is_cut_refuted then s.cut_low end::bigint as cut_low,
        case when not s.is_cut_refuted then s.cut_high end::bigint as cut_high,
        s.is_cut_refuted::boolean as is_cut_refuted,
        coalesce(t.printed_plans, [])::bigint[] as printed_plans,
        coalesce(t.inside, [])::varchar[] as printed_inside,
        coalesce(t.outside, [])::varchar[] as printed_outside
    from runs as r
    inner join series as s
        on r.programme = s.programme and r.area_code = s.area_code and r.plan_year = s.plan_year and r.measure = s.measure
    left join tested as t
        on r.programme = t.programme and r.area_code = t.area_code and r.plan_year = t.plan_year
       and r.measure = t.measure and r.run = t.run
)

select * from final
order by programme, measure, plan_year, area_code, run
