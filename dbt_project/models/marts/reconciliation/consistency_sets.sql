-- Membership lists (全部开工) as sets: every unit named must have started its plan, and a unit that has must be named.
-- Grain: list × unit. The plan is what the ministry printed for the year, else what exact rates of the year imply; a list
-- never proves itself. Starts of other months bound those of the list's own, since the year to date never falls.
{{ config(contract={'enforced': false}, meta={'preview': false}) }}
with printed as (
    select * from {{ ref('fct_observations') }}
    where not is_sample and source_id is not null and not is_doubtful and dim_code = '' and value is not null
),

named as (
    select programme, source_id, publisher, published_on, unit_code as area_code, period, left(period, 4) as year, printed, observation_id
    from printed
    where indicator = 'start_rate_communities_printed' and qualifier = 'at_least' and value = 100 and half_unit = 0
      and length(period) = 7
),

rated as (
    select distinct source_id, period, unit_code as area_code from printed where indicator = 'start_rate_communities_printed'
),

starts as (
    select
        programme, publisher, unit_code as area_code, period, left(period, 4) as year, source_id, printed, value,
        {{ printed_low('value', count_half_unit('value', 'half_unit', 'qualifier'), 'qualifier') }} as low,
        {{ printed_high('value', count_half_unit('value', 'half_unit', 'qualifier'), 'qualifier') }} as high
    from printed
    where indicator = 'started_communities' and length(period) = 7
),

plans as (
    select programme, publisher, area_code, year, low, high, basis, sources
    from (
        select
            programme, publisher, unit_code as area_code, period as year, min(value - half_unit) as low, max(value) as high,
            'printed' as basis, list(distinct source_id) as sources, 1 as preference
        from printed
        where indicator = 'plan_communities' and length(period) = 4 and qualifier = 'exact' and half_unit <= 0.5
        group by all
        union all
        select
            programme, publisher, area_code, plan_year as year, max(plan_low) as low, min(plan_high) as high, 'rates' as basis,
            list(distinct rate_source_id) as sources, 2 as preference
        from {{ ref('fct_plan_inference') }}
        where measure = 'communities' and rate_qualifier = 'exact'
        group by all
        having max(plan_low) <= min(plan_high)
    ) as found
    qualify row_number() over (partition by programme, publisher, area_code, year order by preference) = 1
),

-- the lists with the units that could stand in them: named, or with starts of that month and no rate of its own beside
listed as (
    select n.*, true as is_named from named as n
    union all
    select
        l.programme, l.source_id, l.publisher, l.published_on, s.area_code, l.period, l.year, null as printed,
        null as observation_id, false as is_named
    from (select distinct programme, source_id, publisher, published_on, period, year from named) as l
    inner join starts as s on l.programme = s.programme and l.publisher = s.publisher and l.period = s.period
    inner join {{ ref('areas') }} as a on s.area_code = a.area_code and a.level = 'province'
    where not exists (
        select 1 from rated as r where r.source_id = l.source_id and r.period = l.period and r.area_code = s.area_code
    )
),

bracketed as (
    select
        l.programme, l.source_id, l.publisher, l.area_code, l.period, l.year, l.is_named,
        min(l.printed) as printed,
        min(l.observation_id) as observation_id,
        max(s.low) filter (where s.period <= l.period) as starts_low,
        min(s.high) filter (where s.period >= l.period) as starts_high,
        arg_max(s.period || '：' || s.printed, s.period) filter (where s.period <= l.period) as starts_printed,
        list_sort(coalesce(list(distinct s.source_id) filter (where s.period = l.period), list(distinct s.source_id), [])) as starts_sources
    from listed as l
    left join starts as s
        on l.programme = s.programme and l.publisher = s.publisher and l.area_code = s.area_code and l.year = s.year
    group by all
),

tested as (
    select
        b.*, p.low as plan_low, p.high as plan_high, p.basis, list_sort(list_distinct(list_concat(b.starts_sources, p.sources))) as sources,
        r.area_code is not null as is_revised,
        case
            when b.starts_low >= p.high then 'started'
            when b.starts_high < p.low then 'not_started'
            when p.low is null then 'no_plan'
            when b.starts_low is null and b.starts_high is null then 'no_starts'
            else 'open'
        end as state
    from bracketed as b
    left join plans as p
        on b.programme = p.programme and b.publisher = p.publisher and b.area_code = p.area_code and b.year = p.year
    -- the list itself may be what ends a run of months: only a plan printed elsewhere shows that the plan moved
    left join {{ ref('fct_plan_inference_runs') }} as r
        on b.programme = r.programme and b.area_code = r.area_code and b.year = r.plan_year and r.measure = 'communities'
       and {{ end_of('b.period') }} between {{ end_of('r.first_period') }} and {{ end_of('r.last_period') }} and r.run > 1 and len(r.printed_inside) > 0
)

select
    *,
    case
        when is_named and state = 'started' then 'agrees'
        when is_named and state = 'not_started' then case when is_revised then 'explained' else 'differs' end
        when is_named then 'no_data'
        else 'differs'
    end as verdict
from tested
where is_named or state = 'started'
