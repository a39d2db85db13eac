-- Two publications that print one figure. Tolerance: the two roundings together; digits cut instead of rounded are said.
-- Grain: pair of cells. A year and its December, and one cell under two indicators, count once.
{{ config(contract={'enforced': false}, meta={'preview': false}) }}
with printed as (
    select
        o.*, o.submission_id || '#' || o.sheet || '!' || o.cell as place, coalesce(t.total_id, '') as held_total_id,
        {{ printed_low('o.value', 'rounding', 'o.qualifier') }} as low,
        {{ printed_high('o.value', 'rounding', 'o.qualifier') }} as high,
        case when o.qualifier = 'exact' and o.half_unit > 0 then 2 * o.half_unit end as step
    from (
        select *, case when indicator like 'start_rate%' then coalesce(half_unit, 0)
            else {{ count_half_unit('value', 'half_unit', 'qualifier') }} end as rounding
        from {{ ref('fct_observations') }}
        where not is_sample and source_id is not null and not is_doubtful and value is not null and role <> 'part'
          and not starts_with(period, 'stock')
    ) as o
    left join (
        select observation_id, min(total_id) as total_id from {{ ref('fct_control_totals') }} group by observation_id
    ) as t on o.observation_id = t.observation_id
),

paired as (
    select
        l.programme, l.indicator, l.dim_name, l.dim_code, l.unit_code as area_code, l.period, l.source_id, l.publisher,
        l.observation_id, l.held_total_id as total_id, l.printed, l.value as point, l.low, l.high, l.step,
        r.source_id as other_source_id, r.publisher as other_publisher, r.observation_id as other_observation_id,
        r.held_total_id as other_total_id, r.printed as other_printed, r.value as other_point, r.low as other_low,
        r.high as other_high, r.step as other_step
    from printed as l
    inner join printed as r
        on l.programme = r.programme and l.indicator = r.indicator and l.dim_code = r.dim_code and l.unit_code = r.unit_code
       and l.period = r.period and l.source_id <> r.source_id
    where (coalesce(l.published_on, ''), l.source_id) > (coalesce(r.published_on, ''), r.source_id)
    qualify row_number() over (partition by l.place, r.place order by l.indicator desc, l.period) = 1
),

known as (
    select p.observation_id, p.other_observation_id, min(e.verdict) as verdict, min(e.zh) as zh, min(e.en) as en
    from paired as p
    inner join {{ ref('explanations') }} as e
        on (p.total_id = e.total_id and p.other_source_id = e.against) or (p.other_total_id = e.total_id and p.source_id = e.against)
    group by all
)

select
    p.*,
    k.zh as known_zh,
    k.en as known_en,
    case
        when p.low <= coalesce(p.other_high, p.low) and p.other_low <= coalesce(p.high, p.other_low) then 'agrees'
        when k.verdict is not null then k.verdict
        when p.step is not null and {{ cut_to('p.other_point', 'p.step') }} = p.point then 'explained'
        when p.other_step is not null and {{ cut_to('p.point', 'p.other_step') }} = p.other_point then 'explained'
        else 'differs'
    end as verdict
from paired as p
left join known as k on p.observation_id = k.observation_id and p.other_observation_id = k.other_observation_id
