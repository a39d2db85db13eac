-- What a plan may be, from one month's starts and its printed rate. Grain: programme × area × year × measure × month (or day) × publisher.
-- Whole numbers alone, divided as integers of 10⁻⁸: no double, no rounding. Starts and rate stand in publications of one publisher.
with printed as (
    select
        programme, publisher, unit_code, period, indicator, observation_id, source_id, value, half_unit, qualifier, printed
    from {{ ref('fct_observations') }}
    where not is_sample and source_id is not null and not is_doubtful and dim_code = ''
      and regexp_full_match(period, '[0-9]{4}-[0-9]{2}(-[0-9]{2})?') and value is not null
),

measures as (
    select
        unnest(['communities', 'households']) as measure,
        unnest(['started_communities', 'started_households']) as started,
        unnest(['start_rate_communities_printed', 'start_rate_households_printed']) as rate
),

starts as (
    select p.*, m.measure, {{ count_half_unit('p.value', 'p.half_unit', 'p.qualifier') }} as rounding
    from printed as p
    inner join measures as m on p.indicator = m.started
),

rates as (
    select p.*, m.measure
    from printed as p
    inner join measures as m on p.indicator = m.rate
    where p.value > 0
),

paired as (
    select
        r.programme, r.publisher, r.unit_code as area_code, r.measure, r.period,
        s.observation_id as starts_observation_id, s.source_id as starts_source_id, s.printed as starts_printed,
        s.value as starts, r.observation_id as rate_observation_id, r.source_id as rate_source_id,
        r.printed as rate_printed, r.value as rate, r.qualifier as rate_qualifier,
        {{ printed_low('s.value', 's.rounding', 's.qualifier') }} as starts_low,
        {{ printed_high('s.value', 's.rounding', 's.qualifier') }} as starts_high,
        {{ printed_low('r.value', 'r.half_unit', 'r.qualifier') }} as rate_low,
        {{ printed_high('r.value', 'r.half_unit', 'r.qualifier') }} as rate_high,
        -- rounded half up, the upper end is not reached: 99.85 would have been printed 99.9
        s.qualifier = 'exact' and s.rounding > 0 as is_starts_open,
        r.qualifier = 'exact' and r.half_unit > 0 as is_rate_open,
        -- the other hypothesis: digits dropped instead of rounded
        case when s.qualifier = 'exact' then s.value else starts_low end as cut_starts_low,
        case when s.qualifier = 'exact' then s.value + 2 * s.rounding else starts_high end as cut_starts_high,
        case when r.qualifier = 'exact' then r.value else rate_low end as cut_rate_low,
        case when r.qualifier = 'exact' then r.value + 2 * r.half_unit else rate_high end as cut_rate_high
    from rates as r
    inner join starts as s
        on r.programme = s.programme and r.publisher = s.publisher and r.unit_code = s.unit_code
       and r.measure = s.measure and r.period = s.period
),

bounded as (
    select
        *,
        {{ plan_low('starts_low', 'rate_high', 'is_rate_open') }} as plan_low,
        {{ plan_high('starts_high', 'rate_low', "is_starts_open or rate_qualifier = 'more_than'") }} as plan_high,
        {{ plan_low('cut_starts_low', 'cut_rate_high', 'is_rate_open') }} as cut_low,
        {{ plan_high('cut_starts_high', 'cut_rate_low', "is_starts_open or rate_qualifier = 'more_than'") }} as cut_high
    from paired
),

-- of several prints of a month, the pair that says most: from one publication first, then the narrowest
chosen as (
    select *
    from bounded
    where plan_low is not null or plan_high is not null
    qualify row_number() over (
        partition by programme, publisher, area_code, measure, period
        order by
            starts_source_id <> rate_source_id, plan_low is null, plan_high - plan_low nulls last, starts_observation_id,
            rate_observation_id
    ) = 1
),

final as (
    select
        programme::varchar as programme,
        area_code::varchar as area_code,
        left(period, 4)::varchar as plan_year,
        measure::varchar as measure,
        period::varchar as period,
        publisher::varchar as publisher,
        starts::decimal(38, 8) as starts,
        starts_printed::varchar as starts_printed,
        rate::decimal(38, 8) as rate,
        rate_printed::varchar as rate_printed,
        rate_qualifier::varchar as rate_qualifier,
        rate_low::decimal(38, 8) as rate_low,
        rate_high::decimal(38, 8) as rate_high,
        plan_low::bigint as plan_low,
        plan_high::bigint as plan_high,
        cut_low::bigint as cut_low,
        cut_high::bigint as cut_high,
        starts_source_id::varchar as starts_source_id,
        starts_observation_id::varchar as starts_observation_id,
        rate_source_id::varchar as rate_source_id,
        rate_observation_id::varchar as rate_observation_id
    from chosen
)

select * from final
order by programme, measure, plan_year, area_code, period, publisher
