-- Printed cells as indicator values, with the periods they answer for. Grain: cell × indicator × period.
with cells as (
    select
        s.source_kind,
        s.is_sample,
        s.programme,
        s.source_id,
        s.publisher,
        s.published_on,
        c.*,
        i.kind
    from {{ ref('stg_pub__cells') }} as c
    inner join {{ ref('int_submissions__in_force') }} as s on c.submission_id = s.submission_id
    inner join {{ ref('indicators') }} as i on c.indicator = i.indicator
),

dated as (
    select
        *,
        case
            -- a stock printed under a flow's name answers no question about the flow
            when accumulation = 'stock' and kind in ('flow', 'scaled') then 'stock ' || period_end::varchar
            when accumulation = 'cumulative' and is_whole_years then first_year || '/' || last_year
            when accumulation = 'cumulative' then period_start::varchar || '/' || period_end::varchar
            when accumulation = 'annual' and is_whole_years and first_year = last_year then last_year
            when period_end = last_day(period_end) then strftime(period_end, '%Y-%m')
            else period_end::varchar
        end as period
    from (
        select
            *,
            year(period_start)::varchar as first_year,
            year(period_end)::varchar as last_year,
            strftime(period_start, '%m-%d') = '01-01' and strftime(period_end, '%m-%d') = '12-31' as is_whole_years
        from cells
    ) as spanned
),

answered as (
    select * from dated
    union all
    -- an annual figure is also that of December, and December's that of the year
    select * replace (last_year || '-12' as period)
    from dated
    where accumulation = 'annual' and length(period) = 4 and kind in ('flow', 'stock', 'printed')
    union all
    select * replace (last_year as period)
    from dated
    where accumulation in ('year_to_date', 'stock') and right(period, 3) = '-12' and kind in ('flow', 'stock', 'printed')
),

progress_periods as (
    select distinct submission_id, period
    from answered
    where kind = 'flow' and accumulation in ('year_to_date', 'annual') and role <> 'text'
),

-- the plan that a progress table prints beside its starts is the plan of that month
plans_then as (
    select answered.* replace (
        answered.indicator || '_then' as indicator,
        p.period as period
    )
    from answered
    inner join progress_periods as p
        on answered.submission_id = p.submission_id and left(p.period, 4) = answered.last_year
    where answered.indicator in ('plan_communities', 'plan_households') and length(answered.period) = 4
),

final as (
    select * from answered
    union all
    select * from plans_then
)

select
    source_kind,
    is_sample,
    programme,
    indicator,
    dim_name,
    dim_code,
    unit_code,
    period,
    value,
    submission_id,
    source_id,
    publisher,
    published_on,
    role,
    sheet,
    cell,
    printed,
    half_unit,
    qualifier,
    is_doubtful,
    total_id
from final
