-- What is known of a unit that did not report a month: its last accepted value of the year, and its plan. Only of
-- quantities counted from the start of the year. Never a figure: fct_bounds alone reads it. Grain: kind of data ×
-- programme × indicator × account × month × missing unit of which anything is known.
-- depends_on: {{ ref('fct_negative_flows') }}
{{ config(materialized='incremental', pre_hook="{{ make_room('missing unit') }}") }}
with asked_of as (
    select a.indicator, a.account, i.upper_bound
    from {{ ref('indicator_accounts') }} as a
    inner join {{ ref('indicators') }} as i on a.indicator = i.indicator
    where i.kind = 'flow' and i.is_additive and not i.constant_in_year and not a.from_rows
),

filed as (
    select o.is_sample, o.programme, o.indicator, o.account, o.period, o.unit_code, o.value, q.upper_bound
    from {{ ref('fct_observations') }} as o
    inner join asked_of as q on o.indicator = q.indicator and o.account = q.account
    inner join {{ ref('area_closure') }} as c on o.unit_code = c.unit_code and c.area_code = c.unit_code
    where o.role = 'return' and o.dim_code = '' and length(o.period) = 7 and {{ in_scope('cells of bounds', 'o') }}
),

asked as (
    select distinct is_sample, programme, indicator, account, period, upper_bound from filed
),

filed_plans as (
    select o.is_sample, o.programme, o.indicator, o.period, o.unit_code, o.value
    from {{ ref('fct_observations') }} as o
    inner join (select distinct upper_bound from asked_of) as q on o.indicator = q.upper_bound
    where o.role = 'return' and o.dim_code = '' and length(o.period) = 7 and {{ in_scope('plans of bounds', 'o') }}
),

-- the plans of units that were merged count for their heir, as in int_figures__areas: no bound before all of them are known
inherited as (
    select p.is_sample, p.programme, p.indicator, p.period, h.heir_code as unit_code, h.month, sum(p.value) as value, count(*) as units
    from filed_plans as p
    inner join {{ ref('area_heirs') }} as h on {{ passes_on('p', 'h') }}
    group by all
),

merged as (
    select h.heir_code, h.month, count(*) as units, bool_and(c.valid_from is not distinct from h.month) as begins
    from {{ ref('area_heirs') }} as h
    inner join {{ ref('area_closure') }} as c on h.heir_code = c.unit_code and c.area_code = c.unit_code
    group by all
),

plans as (
    select p.* from filed_plans as p
    anti join inherited as n on {{ same_keys('p', 'n', ['is_sample', 'programme', 'indicator', 'period', 'unit_code']) }}
    union all
    select n.is_sample, n.programme, n.indicator, n.period, n.unit_code, n.value + coalesce(p.value, 0) as value
    from inherited as n
    inner join merged as m on n.unit_code = m.heir_code and n.month = m.month and n.units = m.units
    left join filed_plans as p on {{ same_keys('p', 'n', ['is_sample', 'programme', 'indicator', 'period', 'unit_code']) }}
    where m.begins or p.value is not null
),

earlier as (
    select
        a.is_sample, a.programme, a.indicator, a.account, a.period, f.unit_code,
        max(f.period) as last_period,
        arg_max(f.value, f.period) as last_value
    from asked as a
    inner join filed as f
        on a.is_sample = f.is_sample and a.programme = f.programme and a.indicator = f.indicator
       and a.account = f.account and left(a.period, 4) = left(f.period, 4) and a.period > f.period
    group by all
),

planned as (
    select a.is_sample, a.programme, a.indicator, a.account, a.period, p.unit_code, p.value as plan_value
    from asked as a
    inner join plans as p
        on a.is_sample = p.is_sample and a.programme = p.programme and a.upper_bound = p.indicator
       and a.period = p.period
),

known as (
    select
        coalesce(e.is_sample, p.is_sample) as is_sample,
        coalesce(e.programme, p.programme) as programme,
        coalesce(e.indicator, p.indicator) as indicator,
        coalesce(e.account, p.account) as account,
        coalesce(e.period, p.period) as period,
        coalesce(e.unit_code, p.unit_code) as unit_code,
        e.last_period,
        e.last_value,
        p.plan_value
    from earlier as e
    full join planned as p
        on e.is_sample = p.is_sample and e.programme = p.programme and e.indicator = p.indicator
       and e.account = p.account and e.period = p.period and e.unit_code = p.unit_code
),

final as (
    select
        k.is_sample::boolean as is_sample,
        k.programme::varchar as programme,
        k.indicator::varchar as indicator,
        k.account::varchar as account,
        k.period::varchar as period,
        k.unit_code::varchar as unit_code,
        k.last_period::varchar as last_period,
        k.last_value::decimal(38, 8) as last_value,
        k.plan_value::decimal(38, 8) as plan_value
    from known as k
    inner join {{ ref('area_closure') }} as c on k.unit_code = c.unit_code and c.area_code = c.unit_code
    anti join filed as f
        on k.is_sample = f.is_sample and k.programme = f.programme and k.indicator = f.indicator
       and k.account = f.account and k.period = f.period and k.unit_code = f.unit_code
    where {{ stands_in('c', 'k.period') }} and {{ in_scope('missing unit', 'k') }}
)

select * from final
order by is_sample, programme, indicator, period, unit_code
