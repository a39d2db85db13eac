-- Between which numbers an incomplete year-to-date total lies. Lower: what is in, and the last accepted value of the
-- year of every missing unit. Upper: what is in, and the plan of every missing unit; none when one has no plan. Beside
-- the figures and never among them. Grain: kind of data × programme × indicator × account × area × period.
{{ config(materialized='incremental', pre_hook="{{ make_room('bound') }}") }}
with filled as (
    select
        u.is_sample, u.programme, u.indicator, u.account, u.period, c.area_code,
        sum(u.last_value::decimal(28, 8)) as last_values,
        -- a plan below what was already filed bounds nothing
        sum(greatest(u.plan_value, coalesce(u.last_value, u.plan_value))::decimal(28, 8)) as plan_values,
        count(u.last_value) as units_with_last,
        count(u.plan_value) as units_with_plan
    from {{ ref('fct_bound_units') }} as u
    inner join {{ ref('area_closure') }} as c on u.unit_code = c.unit_code and {{ in_scope('area of bounds', 'c') }}
    where {{ in_scope('cells of bounds', 'u') }}
    group by all
),

-- what is in, of the months in which somebody is missing
reported as (
    select
        f.is_sample, f.programme, f.indicator, f.group_id as account, f.period, c.area_code,
        sum(f.value::decimal(28, 8)) as value,
        count(*) as units
    from {{ ref('int_levels__filed') }} as f
    inner join {{ ref('area_closure') }} as c on f.area_code = c.unit_code and {{ in_scope('area of bounds', 'c') }}
    semi join filled as u
        on f.is_sample = u.is_sample and f.programme = u.programme and f.indicator = u.indicator
       and f.group_id = u.account and f.period = u.period
    where f.is_return and {{ in_scope('cells of bounds', 'f') }}
    group by all
),

expected as (
    select a.period, c.area_code, count(*) as units
    from (select distinct period from filled) as a
    inner join {{ ref('area_closure') }} as c
        on {{ stands_in('c', 'a.period') }}
    group by all
),

monthly as (
    select
        f.is_sample, f.programme, f.indicator, f.account, f.area_code, f.period,
        coalesce(r.value, 0) + coalesce(f.last_values, 0) as lower_bound,
        case when f.units_with_plan = e.units - coalesce(r.units, 0) then coalesce(r.value, 0) + f.plan_values end as upper_bound,
        coalesce(r.units, 0) as units_reported,
        e.units as units_expected,
        f.units_with_last,
        f.units_with_plan
    from filled as f
    inner join expected as e on f.period = e.period and f.area_code = e.area_code
    left join reported as r
        on f.is_sample = r.is_sample and f.programme = r.programme and f.indicator = r.indicator
       and f.account = r.account and f.period = r.period and f.area_code = r.area_code
),

final as (
    select * from monthly
    union all
    -- a year's figure is its December
    select * replace (left(period, 4) as period) from monthly where right(period, 3) = '-12'
)

select
    is_sample::boolean as is_sample,
    programme::varchar as programme,
    indicator::varchar as indicator,
    account::varchar as account,
    area_code::varchar as area_code,
    period::varchar as period,
    lower_bound::decimal(38, 8) as lower_bound,
    upper_bound::decimal(38, 8) as upper_bound,
    units_reported::integer as units_reported,
    units_expected::integer as units_expected,
    units_with_last::integer as units_with_last,
    units_with_plan::integer as units_with_plan
from final
order by is_sample, programme, indicator, period, area_code
