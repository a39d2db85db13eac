-- Published figures against each other, one row a test: what is tested, the other side, what is left between, the verdict.
with sums as (
    select
        'sums' as kind, programme, indicator, '' as dim_code, area_code, period, source_id, null as printed, point, low, high,
        basis as other_basis, other_printed, other_point, other_low, other_high, sources as other_sources, rest_point, rest_low, rest_high,
        units_reported, units_expected, units_lacking, verdict, '' as known_zh, '' as known_en, null as total_id,
        null as observation_id, null as other_observation_id,
        concat_ws('|', submission_id, indicator, period, area_code, basis, coalesce(group_id, '')) as identity
    from {{ ref('consistency_sums') }}
),

years as (
    select
        'years' as kind, programme, indicator, dim_code, area_code, period, source_id, printed, value as point, printed_low as low,
        printed_high as high, 'years' as other_basis, null as other_printed, ours as other_point, ours_low as other_low,
        ours_high as other_high, ours_sources as other_sources, difference as rest_point, ours_low - printed_high as rest_low,
        ours_high - printed_low as rest_high, null as units_reported, null as units_expected, [] as units_lacking, verdict,
        reason_zh as known_zh, reason_en as known_en, total_id, observation_id, null as other_observation_id, total_id as identity
    from {{ ref('fct_control_totals') }}
    where ours_basis = 'years'
),

effects as (
    select
        'effects' as kind, e.programme, e.indicator, '' as dim_code, e.area_code, e.period, e.source_id, e.printed, e.value as point,
        e.low, e.high, 'windows' as other_basis, e.other_printed, e.other_point, e.other_low, e.other_high, e.other_sources,
        e.rest_point, e.rest_low, e.rest_high, null as units_reported, null as units_expected, [] as units_lacking,
        case when e.verdict <> 'agrees' then case when r.indicator is null then 'differs' else 'explained' end else 'agrees' end as verdict,
        r.zh as known_zh, r.en as known_en, null as total_id, null as observation_id, null as other_observation_id,
        e.indicator || e.area_code || e.period || e.late_period as identity
    from {{ ref('consistency_effects') }} as e
    left join {{ ref('rebased') }} as r on e.indicator = r.indicator and e.area_code = r.area_code
),

pairs as (
    select
        'publishers' as kind, programme, indicator, dim_code, area_code, period, source_id, printed, point, low, high,
        case when publisher = other_publisher then 'same_publisher' else 'other_publisher' end as other_basis, other_printed,
        other_point, other_low, other_high, [other_source_id] as other_sources, other_point - point as rest_point,
        other_low - high as rest_low, other_high - low as rest_high, null as units_reported, null as units_expected,
        [] as units_lacking, verdict, known_zh, known_en, nullif(total_id, '') as total_id, observation_id, other_observation_id,
        observation_id || other_observation_id as identity
    from {{ ref('consistency_pairs') }}
),

sets as (
    select
        'sets' as kind, programme, 'start_rate_communities_printed' as indicator, '' as dim_code, area_code, period, source_id,
        coalesce(printed, '') as printed, null as point, starts_low as low, starts_high as high, coalesce(basis, state) as other_basis,
        starts_printed as other_printed, null as other_point, plan_low as other_low, plan_high as other_high,
        coalesce(sources, starts_sources) as other_sources, null as rest_point, starts_low - plan_high as rest_low,
        starts_high - plan_low as rest_high, null as units_reported, null as units_expected, [] as units_lacking, verdict,
        case
            when not is_named then '开工数已够计划，而名单未列'
            when verdict = 'explained' then '开工数少于此前所印开工率推得的计划，而够另一份资料印出的计划：计划在年内改动（见计划推算）'
            when verdict = 'differs' then '名单与此前所印的开工率不能同时成立：名单有误，或计划改动未公布'
            else ''
        end as known_zh,
        case
            when not is_named then 'its starts reach its plan, yet the list does not name it'
            when verdict = 'explained' then 'fewer starts than the plan that earlier rates imply, yet enough for a plan printed elsewhere: the plan moved'
            when verdict = 'differs' then 'the list and earlier rates cannot both hold: the list is wrong, or the plan moved without notice'
            else ''
        end as known_en,
        null as total_id, observation_id, null as other_observation_id, source_id || area_code || period || is_named as identity
    from {{ ref('consistency_sets') }}
),

unioned as (
    select * from sums
    union all
    select * from years
    union all
    select * from effects
    union all
    select * from pairs
    union all
    select * from sets
),

final as (
    select
        md5(kind || identity)::varchar as test_id,
        kind::varchar as kind,
        programme::varchar as programme,
        indicator::varchar as indicator,
        dim_code::varchar as dim_code,
        area_code::varchar as area_code,
        period::varchar as period,
        source_id::varchar as source_id,
        printed::varchar as printed,
        point::decimal(38, 8) as point,
        low::decimal(38, 8) as low,
        high::decimal(38, 8) as high,
        other_basis::varchar as other_basis,
        other_printed::varchar as other_printed,
        other_point::decimal(38, 8) as other_point,
        other_low::decimal(38, 8) as other_low,
        other_high::decimal(38, 8) as other_high,
        other_sources::varchar[] as other_sources,
        rest_point::decimal(38, 8) as rest_point,
        rest_low::decimal(38, 8) as rest_low,
        rest_high::decimal(38, 8) as rest_high,
        units_reported::integer as units_reported,
        units_expected::integer as units_expected,
        units_lacking::varchar[] as units_lacking,
        verdict::varchar as verdict,
        coalesce(known_zh, '')::varchar as reason_zh,
        coalesce(known_en, '')::varchar as reason_en,
        total_id::varchar as total_id,
        observation_id::varchar as observation_id,
        other_observation_id::varchar as other_observation_id
    from unioned
)

select * from final
order by kind, period, area_code, indicator, test_id
