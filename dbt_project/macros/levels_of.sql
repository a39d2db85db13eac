{# What each area filed beside the sum of the level below it, and where the two first part. Grain: kind of data × programme ×
   indicator × account or publication × period × area; of parts also breakdown. The level below counts as it filed itself, and
   as its own sum where it filed nothing. Nothing is filled in: who is missing stays missing.
   parts: of breakdowns instead of totals. They are several times as many rows: a view, asked for one question (asked_only). #}
{% macro levels_of(parts=false) %}
{%- set dims = ['dim_name', 'dim_code'] if parts else [] %}
{%- set keys = ['is_sample', 'programme', 'indicator', 'group_id'] + dims + ['period'] %}
{%- set key_list = keys | join(', ') %}
with {{ 'cells' if parts else 'filed' }} as not materialized (
    select
        o.is_sample,
        o.programme,
        o.indicator,
        coalesce(o.account, o.source_id) as group_id,
        {%- for d in dims %}
        o.{{ d }},
        {%- endfor %}
        o.period,
        o.unit_code as area_code,
        o.value,
        coalesce(o.half_unit, 0) as half_unit,
        o.role = 'return' as is_return,
        a.parent_code,
        a.is_basic or a.valid_to is not null as is_unit,
        a.area_code in (select parent_code from {{ ref('areas') }} where parent_code is not null) as has_below
    from {{ ref('fct_observations') }} as o
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    inner join {{ ref('areas') }} as a on o.unit_code = a.area_code
    where i.is_additive and i.kind in ('flow', 'stock', 'plan') and o.role in ('return', 'row', 'total')
      and {% if parts %}o.dim_code <> '' and {{ asked_only('o.indicator', 'o.period') }}{% else %}o.dim_code = '' and {{ in_scope('cells of levels', 'o') }}{% endif %}
),

{%- if parts %}

-- several fields of a return make one code (central = two streams): a unit says one number of it
filed as (
    select {{ key_list }}, area_code, sum(value) as value, sum(half_unit) as half_unit, is_return, parent_code, is_unit, has_below
    from cells
    where is_return
    group by all
    union all
    select {{ key_list }}, area_code, value, half_unit, is_return, parent_code, is_unit, has_below
    from cells
    where not is_return
),
{%- endif %}

-- upwards, one level at a time
{%- for level, below, into in [
    ('city', 'filed', 'known_below_province'),
    ('province', 'known_below_province', 'known_below_nation'),
    ('national', 'known_below_nation', none),
] %}

sums_of_{{ level }} as (
    select
        {{ keys_of('k', keys) }}, k.parent_code as area_code, p.parent_code,
        sum(k.value::decimal(28, 8)) as value,
        -- a count printed in full carries no rounding into a sum
        sum(case when k.half_unit <= 0.5 and k.value = floor(k.value) then 0 else k.half_unit end) as half_unit,
        bool_and(k.is_return) as is_return,
        count(*) as children
    from {{ below }} as k
    inner join {{ ref('areas') }} as p on k.parent_code = p.area_code
    where p.level = '{{ level }}'
    group by all
),
{%- if into %}

{{ into }} as not materialized (
    select {{ key_list }}, area_code, parent_code, value, half_unit, is_return from filed
    union all
    select {{ keys_of('s', keys) }}, s.area_code, s.parent_code, s.value, s.half_unit, s.is_return
    from sums_of_{{ level }} as s
    anti join (select * from filed where has_below) as f on {{ same_keys('s', 'f', keys) }} and s.area_code = f.area_code
),
{%- endif %}
{%- endfor %}

sums as (
    select * from sums_of_city
    union all
    select * from sums_of_province
    union all
    select * from sums_of_national
),

paired as (
    select
        {%- for k in keys %}
        coalesce(f.{{ k }}, s.{{ k }}) as {{ k }},
        {%- endfor %}
        coalesce(f.area_code, s.area_code) as area_code,
        coalesce(f.is_return, s.is_return) as is_return,
        f.value as filed_value,
        s.value as sum_below,
        f.value - s.value as residual,
        coalesce(f.half_unit, 0) + coalesce(s.half_unit, 0) as rounding,
        coalesce(s.children, 0) as children_known
    from (select * from filed where has_below) as f
    full join sums as s on {{ same_keys('f', 's', keys) }} and f.area_code = s.area_code
),

-- a level parts where both numbers are there and differ by more than their rounding; a missing number parts nothing
parted as (
    select
        {{ keys_of('p', keys) }}, a.level,
        case a.level when 'city' then 1 when 'province' then 2 else 3 end as height,
        p.area_code,
        a.province_code
    from paired as p
    inner join {{ ref('areas') }} as a on p.area_code = a.area_code
    where abs(p.residual) > p.rounding
),

parted_within as (
    select {{ key_list }}, area_code as within, level, height, area_code from parted
    union
    select {{ key_list }}, province_code, level, height, area_code from parted where level <> 'national'
    union
    select {{ keys_of('p', keys) }}, n.area_code as within, p.level, p.height, p.area_code
    from parted as p, {{ ref('areas') }} as n
    where n.level = 'national'
),

first_parted as (
    select {{ key_list }}, within, arg_min(level, height) as level, count(*) filter (where height = lowest) as areas
    from (
        select *, min(height) over (partition by {{ key_list }}, within) as lowest
        from parted_within
    ) as p
    group by {{ key_list }}, within
),

-- coverage by the basic units of the period; of a publication, by the rows that it should print
months as (
    select distinct
        period,
        {{ last_month('period') }} as last_month
    from filed
),

units_expected as (
    select m.period, c.area_code, count(*) as units
    from months as m
    inner join {{ ref('area_closure') }} as c
        on {{ stands_in('c', 'm.last_month') }}
    group by all
),

children_expected as (
    select m.period, a.parent_code as area_code, count(*) as children
    from months as m
    inner join {{ ref('areas') }} as a
        on {{ stands_in('a', 'm.last_month') }}
    group by all
),

-- the same units a year before: how heavy are those that reported
units as not materialized (
    select {{ key_list }}, area_code as unit_code, value
    from filed
    where is_return and is_unit
),

year_before as not materialized (
    select
        {{ keys_of('u', keys[:-1]) }},
        {{ year_off('u.period', 1) }} as period,
        u.unit_code,
        u.value
    from units as u
    where length(u.period) in (4, 7)
      and {{ year_off('u.period', 1) }} in (select period from months)
),

-- its territory of now: what a unit weighed counts as reported once all that hold a part of it have reported
moved as (
    select
        {{ keys_of('b', keys) }}, b.unit_code as unit_before, b.value,
        min(f.follower_code) as unit_code,
        count(*) = 1 as is_whole,
        count(*) = count(u.unit_code) as is_reported
    from year_before as b
    inner join {{ ref('area_followers') }} as f
        on b.unit_code = f.unit_code and f.month > {{ last_month(year_off('b.period', -1)) }} and f.month <= {{ last_month('b.period') }}
    left join units as u on {{ same_keys('u', 'b', keys) }} and f.follower_code = u.unit_code
    group by all
),

stayed as not materialized (
    select {{ keys_of('b', keys) }}, b.unit_code, b.value, u.unit_code is not null as is_reported
    from year_before as b
    left join units as u on {{ same_keys('u', 'b', keys) }} and b.unit_code = u.unit_code
    anti join moved as m on {{ same_keys('b', 'm', keys) }} and b.unit_code = m.unit_before
),

by_place as (
    select
        {{ keys_of('u', keys) }}, p.place,
        count(*) as units_reported,
        null::decimal(38, 8) as last_year_reported,
        null::decimal(38, 8) as last_year_total
    from units as u
    inner join {{ ref('int_areas__places') }} as p on u.unit_code = p.unit_code
    group by all
    union all
    select
        {{ keys_of('w', keys) }}, p.place,
        0 as units_reported,
        sum(w.value::decimal(28, 8)) filter (where w.is_reported) as last_year_reported,
        sum(w.value::decimal(28, 8)) as last_year_total
    from (
        select * from stayed
        union all by name
        select * exclude (unit_before, is_whole) from moved
    ) as w
    inner join {{ ref('int_areas__places') }} as p on w.unit_code = p.unit_code
    group by all
),

covered as (
    select
        {{ keys_of('b', keys) }}, c.area_code,
        sum(b.units_reported) as units_reported,
        sum(b.last_year_reported) as last_year_reported,
        sum(b.last_year_total) as last_year_total
    from by_place as b
    inner join {{ areas_above() }} as c on b.place = c.place
    group by all
),

-- what lies lowest has no sum beside it and covers itself; it has no year before where it was a part of another
joined as (
    select
        {{ key_list }}, unit_code,
        sum(value::decimal(28, 8)) filter (where is_reported) as reported,
        sum(value::decimal(28, 8)) as total
    from moved
    where is_whole
    group by all
),

lowest as (
    select
        {{ keys_of('f', keys) }}, f.area_code, f.is_return, f.value as filed_value, f.half_unit as rounding,
        case when c.area_code is not null then 1 end as units_reported,
        case when c.area_code is not null and coalesce(s.value, j.reported) is not null then coalesce(s.value, 0) + coalesce(j.reported, 0) end
            as last_year_reported,
        case when c.area_code is not null and coalesce(s.value, j.total) is not null then coalesce(s.value, 0) + coalesce(j.total, 0) end
            as last_year_total
    from filed as f
    left join {{ ref('area_closure') }} as c on f.is_return and f.is_unit and f.area_code = c.area_code and f.area_code = c.unit_code
    left join stayed as s on f.is_return and {{ same_keys('f', 's', keys) }} and f.area_code = s.unit_code
    left join joined as j on f.is_return and {{ same_keys('f', 'j', keys) }} and f.area_code = j.unit_code
    where not f.has_below
),

unioned as (
    select
        p.*,
        c.units_reported,
        c.last_year_reported,
        c.last_year_total,
        x.level as parts_at,
        coalesce(x.areas, 0) as parted_areas
    from paired as p
    left join covered as c on p.is_return and {{ same_keys('p', 'c', keys) }} and p.area_code = c.area_code
    left join first_parted as x on {{ same_keys('p', 'x', keys) }} and p.area_code = x.within
    union all by name
    select *, 0 as parted_areas from lowest
),

final as (
    select
        p.is_sample::boolean as is_sample,
        p.programme::varchar as programme,
        p.indicator::varchar as indicator,
        p.group_id::varchar as group_id,
        {%- for d in dims %}
        p.{{ d }}::varchar as {{ d }},
        {%- endfor %}
        p.is_return::boolean as is_return,
        p.area_code::varchar as area_code,
        a.level::varchar as level,
        p.period::varchar as period,
        p.filed_value::decimal(38, 8) as filed_value,
        p.sum_below::decimal(38, 8) as sum_below,
        p.residual::decimal(38, 8) as residual,
        p.rounding::decimal(38, 8) as rounding,
        case when p.sum_below is not null then p.children_known end::integer as children_known,
        case when p.sum_below is not null then ce.children end::integer as children_expected,
        case when p.is_return then coalesce(p.units_reported, 0) when p.sum_below is not null then p.children_known end::integer as units_reported,
        case when p.is_return then ue.units when p.sum_below is not null then ce.children end::integer as units_expected,
        case when p.last_year_total is not null then coalesce(p.last_year_reported, 0) end::decimal(38, 8) as last_year_reported,
        p.last_year_total::decimal(38, 8) as last_year_total,
        p.parts_at::varchar as parts_at,
        p.parted_areas::integer as parted_areas
    from unioned as p
    inner join {{ ref('areas') }} as a on p.area_code = a.area_code
    left join units_expected as ue on p.period = ue.period and p.area_code = ue.area_code
    left join children_expected as ce on p.period = ce.period and p.area_code = ce.area_code
)

select * from final
{% endmacro %}
