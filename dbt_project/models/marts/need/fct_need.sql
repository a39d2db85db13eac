-- What remains of each printed stock as of a year, and what it may cost. Grain: definition × year × less × measure × factor.
-- Interval arithmetic: lowest stock less highest count of what was done, and the reverse. Never capped at zero.
with stocks as (
    select
        *,
        {{ printed_low('low_value', 'half_unit', 'qualifier') }} as stock_low,
        {{ printed_high('high_value', 'half_unit', 'qualifier') }} as stock_high,
        case when low_value = high_value then low_value end as stock
    from {{ ref('need_stocks') }}
),

-- what lessens a stock, by measure
lessening as (
    select t.less, t.measure, t.indicator
    from (values
        ('started', 'communities', 'started_communities'),
        ('started', 'households', 'started_households'),
        ('started', 'area_sqm', 'started_area_sqm'),
        ('accepted', 'communities', 'accepted_communities'),
        ('accepted', 'households', 'accepted_households')
    ) as t (less, measure, indicator)
),

done as (
    select
        indicator,
        area_code,
        left(period, 4)::integer as first_year,
        right(period, 4)::integer as last_year,
        value as done,
        -- bounds of a count are whole numbers
        case
            when indicator = 'started_area_sqm' then {{ printed_low('value', 'half_unit', 'qualifier') }}
            else ceil({{ printed_low('value', 'half_unit', 'qualifier') }})
        end as done_low,
        case
            when indicator = 'started_area_sqm' then {{ printed_high('value', 'half_unit', 'qualifier') }}
            else floor({{ printed_high('value', 'half_unit', 'qualifier') }})
        end as done_high
    from {{ ref('fct_figures') }}
    where not is_sample and programme = 'national' and accum = 'level' and dim_code = '' and choice_rank = 1
      and value is not null and basis <> 'partial' and not is_doubtful and regexp_full_match(period, '20[0-9]{2}(/20[0-9]{2})?')
),

-- years that any measure of a definition can be counted to; a stock beside which nothing was counted stands alone
counted as (
    select distinct s.definition, l.less, d.last_year
    from stocks as s
    inner join lessening as l on s.measure = l.measure
    inner join done as d
        on l.indicator = d.indicator and s.area_code = d.area_code and s.counted_from = d.first_year
),

asked as (
    select definition, less, last_year from counted
    union all
    select distinct s.definition, 'started' as less, null as last_year
    from stocks as s
    anti join counted as c on s.definition = c.definition
),

remaining as (
    select
        s.definition,
        s.area_code,
        s.counted_from,
        a.last_year,
        a.less,
        s.measure,
        s.as_of,
        s.printed,
        s.total_ids,
        s.stock_low,
        s.stock,
        s.stock_high,
        d.done_low,
        d.done,
        d.done_high,
        s.stock_low - d.done_high as remaining_low,
        s.stock - d.done as remaining,
        s.stock_high - d.done_low as remaining_high
    from stocks as s
    inner join asked as a on s.definition = a.definition
    left join lessening as l on a.less = l.less and s.measure = l.measure
    left join done as d
        on l.indicator = d.indicator and s.area_code = d.area_code and s.counted_from = d.first_year
       and a.last_year = d.last_year
),

-- a cost is of what is left: nothing is saved by having done more than the definition holds
priced as (
    select
        r.* replace (
            'cost' as measure,
            null as stock_low, null as stock, null as stock_high, null as done_low, null as done, null as done_high,
            greatest(r.remaining_low, 0) * c.low as remaining_low,
            null as remaining,
            r.remaining_high * c.high as remaining_high
        ),
        c.factor
    from remaining as r
    inner join {{ ref('need_costs') }} as c on r.measure = c.measure
    where r.remaining_low is not null and r.remaining_high > 0
),

unioned as (
    select *, null as factor from remaining
    union all by name
    select * from priced
),

final as (
    select
        definition::varchar as definition,
        area_code::varchar as area_code,
        counted_from::integer as counted_from,
        last_year::integer as last_year,
        less::varchar as less,
        measure::varchar as measure,
        factor::varchar as factor,
        case measure when 'communities' then '个' when 'households' then '户' when 'cost' then '元' else '平方米' end::varchar as unit,
        as_of::varchar as stock_as_of,
        printed::varchar as printed,
        total_ids::varchar as total_ids,
        stock_low::decimal(38, 8) as stock_low,
        stock::decimal(38, 8) as stock,
        stock_high::decimal(38, 8) as stock_high,
        done_low::decimal(38, 8) as done_low,
        done::decimal(38, 8) as done,
        done_high::decimal(38, 8) as done_high,
        remaining_low::decimal(38, 8) as remaining_low,
        remaining::decimal(38, 8) as remaining,
        remaining_high::decimal(38, 8) as remaining_high,
        case
            when remaining_low is null and remaining_high is null then 'unknown'
            when measure = 'cost' then 'estimate'
            when remaining_high < 0 then 'exceeded'
            when remaining_low > 0 then 'remains'
            else 'unclear'
        end::varchar as state,
        case when remaining_low is null and remaining_high is null then 'L' else 'E' end::varchar as obs_status
    from unioned
)

select * from final
order by definition, last_year, less desc, measure, factor
