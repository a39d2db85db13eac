-- What is known of a unit that did not report a month: its last accepted value of the year (of an heir that has not filed
-- yet, those of the units that went into it), and its plan. Only of quantities counted from the start of the year. Never a
-- figure: fct_bounds alone reads it. Grain: kind of data × programme × indicator × account × month × missing unit of which
-- anything is known.
{{ config(materialized='incremental', pre_hook="{{ make_room('missing unit') }}") }}
{%- set keys = ['is_sample', 'programme', 'indicator', 'account', 'period'] %}
with asked_of as (
    select a.indicator, a.account, i.upper_bound
    from {{ ref('indicator_accounts') }} as a
    inner join {{ ref('indicators') }} as i on a.indicator = i.indicator
    where i.kind = 'flow' and i.is_additive and not i.constant_in_year and not a.from_rows
),

-- a month is asked about once anybody filed it
reported as (
    select l.is_sample, l.programme, l.indicator, l.group_id as account, l.period, l.area_code, l.units, q.upper_bound
    from {{ ref('int_levels__above') }} as l
    inner join asked_of as q on l.indicator = q.indicator and l.group_id = q.account
    where l.units is not null and length(l.period) = 7 and {{ in_scope('cells of bounds', 'l') }}
),

asked as (
    select distinct is_sample, programme, indicator, account, period, upper_bound from reported
),

-- nothing is known of a unit that never filed; an heir may have the plans of those that went into it
ever as (
    select area_code, bit_or(units) as units from {{ ref('int_levels__above') }}
    group by area_code
),

-- who stands in a month, as a set (int_areas__places); who of them is not among those that reported: as a rule nobody
standing as (
    select m.period, a.parent_code as area_code, bit_or(p.unit_bit) as units
    from (select distinct period from asked) as m
    inner join {{ ref('areas') }} as a
        on {{ stands_in('a', 'm.period') }}
    inner join {{ ref('int_areas__places') }} as p on a.area_code = p.unit_code
    left join ever as e on a.parent_code = e.area_code
    where coalesce(e.units & p.unit_bit, 0) <> 0 or a.area_code in (select heir_code from {{ ref('area_heirs') }})
    group by all
),

missing_below as (
    select a.*, s.area_code, s.units & ~coalesce(r.units, 0) as units
    from asked as a
    inner join standing as s on a.period = s.period
    left join reported as r on {{ same_keys('a', 'r', keys) }} and s.area_code = r.area_code
    where s.units & ~coalesce(r.units, 0) <> 0
),

missing as materialized (
    select m.* exclude (area_code, units), a.area_code as unit_code
    from missing_below as m
    inner join {{ ref('areas') }} as a on m.area_code = a.parent_code
    inner join {{ ref('int_areas__places') }} as p on a.area_code = p.unit_code
    where m.units & p.unit_bit <> 0
),

-- whose values of the year bound it from below: its own, and those of the units that went into it, from before they did
filers as (
    select {{ keys_of('m', keys) }}, m.unit_code, m.unit_code as filer_code, null::varchar as month from missing as m
    union all
    select {{ keys_of('m', keys) }}, m.unit_code, h.unit_code as filer_code, h.month
    from missing as m
    inner join {{ ref('area_heirs') }} as h
        on m.unit_code = h.heir_code and left(m.period, 4) = left(h.month, 4) and m.period >= h.month
),

last_filed as (
    select
        {{ keys_of('m', keys) }}, m.unit_code, m.month,
        max(f.period) as last_period,
        arg_max(f.value, f.period) as last_value
    from filers as m
    inner join {{ ref('int_levels__filed') }} as f
        on m.is_sample = f.is_sample and m.programme = f.programme and m.indicator = f.indicator and m.account = f.group_id
       and m.filer_code = f.area_code and left(m.period, 4) = left(f.period, 4) and m.period > f.period
       and coalesce(m.month > f.period, true)
    where f.is_return and length(f.period) = 7 and {{ in_scope('cells of bounds', 'f') }}
    group by {{ keys_of('m', keys) }}, m.unit_code, m.filer_code, m.month
),

-- what it filed itself since holds theirs; a unit of them that filed nothing adds nothing to a lower bound
earlier as (
    select {{ keys_of('l', keys) }}, l.unit_code, max(l.last_period) as last_period, sum(l.last_value) as last_value
    from last_filed as l
    left join last_filed as o
        on {{ same_keys('l', 'o', keys) }} and l.unit_code = o.unit_code and o.month is null and l.month <= o.last_period
    where o.unit_code is null
    group by all
),

filed_plans as (
    select o.is_sample, o.programme, o.indicator, o.period, o.unit_code, o.value
    from {{ ref('fct_observations') }} as o
    semi join missing as m on o.indicator = m.upper_bound and o.period = m.period and o.is_sample = m.is_sample and o.programme = m.programme
    where o.role = 'return' and o.dim_code = '' and {{ in_scope('plans of bounds', 'o') }}
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

final as (
    select
        m.is_sample::boolean as is_sample,
        m.programme::varchar as programme,
        m.indicator::varchar as indicator,
        m.account::varchar as account,
        m.period::varchar as period,
        m.unit_code::varchar as unit_code,
        e.last_period::varchar as last_period,
        e.last_value::decimal(38, 8) as last_value,
        p.value::decimal(38, 8) as plan_value
    from missing as m
    left join earlier as e on {{ same_keys('m', 'e', keys) }} and m.unit_code = e.unit_code
    left join plans as p
        on m.is_sample = p.is_sample and m.programme = p.programme and m.upper_bound = p.indicator
       and m.period = p.period and m.unit_code = p.unit_code
    where (e.last_period is not null or p.value is not null) and {{ in_scope('missing unit', 'm') }}
)

select * from final
order by is_sample, programme, indicator, period, unit_code
