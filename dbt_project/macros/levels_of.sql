{# What each area filed beside the sum of the level below it, and where the two first part. Grain: kind of data × programme ×
   indicator × account or publication × period × area; of parts also breakdown. The level below counts as it filed itself, and
   as its own sum where it filed nothing. Nothing is filled in: who is missing stays missing.
   In steps: what was filed; areas with something below them (levels_above); what lies lowest, which covers itself
   (levels_lowest). Those are the basic units (test lies_lowest).
   parts: of breakdowns instead of totals. They are several times as many rows: a view, asked for one question (asked_only). #}
{% macro level_keys(parts=false) -%}
  {{ return(['is_sample', 'programme', 'indicator', 'group_id'] + (['dim_name', 'dim_code'] if parts else []) + ['period']) }}
{%- endmacro %}

{% macro levels_filed(parts=false) %}
select
    o.is_sample,
    o.programme,
    o.indicator,
    coalesce(o.account, o.source_id) as group_id,
    {%- if parts %}
    o.dim_name,
    o.dim_code,
    {%- endif %}
    o.period,
    o.unit_code as area_code,
    o.value,
    coalesce(o.half_unit, 0) as half_unit,
    o.role = 'return' as is_return,
    a.level,
    a.parent_code,
    a.unit_bit,
    a.has_below
from {{ ref('fct_observations') }} as o
inner join (
    select
        a.area_code, a.level, a.parent_code, p.unit_bit,
        a.area_code in (select parent_code from {{ ref('areas') }} where parent_code is not null) as has_below
    from {{ ref('areas') }} as a
    left join {{ ref('int_areas__places') }} as p on a.area_code = p.unit_code
) as a on o.unit_code = a.area_code
where o.indicator in (select indicator from {{ ref('indicators') }} where is_additive and kind in ('flow', 'stock', 'plan'))
  and o.role in ('return', 'row', 'total') and o.dim_code {{ '<>' if parts else '=' }} '' and {{ asked_only('o.indicator', 'o.period') }}
{% endmacro %}

{# What units filed a year before, and those of them whose territory passed on since: a row for each unit that holds a part
   of it now. Of a CTE `filed`; two CTEs. #}
{% macro levels_before(keys) %}
year_before as not materialized (
    select {{ keys_of('f', keys[:-1]) }}, {{ year_off('f.period', 1) }} as period, f.area_code, f.value
    from filed as f
    where f.is_return and not f.has_below and length(f.period) in (4, 7)
),

passed_on as (
    select {{ keys_of('b', keys) }}, b.area_code, b.value, f.follower_code
    from year_before as b
    inner join {{ ref('area_followers') }} as f
        on b.area_code = f.unit_code and f.month > {{ last_month(year_off('b.period', -1)) }} and f.month <= {{ last_month('b.period') }}
)
{%- endmacro %}

{# Areas that have something below them, of CTEs `filed` and levels_before: the last CTE is `above`. #}
{% macro levels_above(parts=false) %}
{%- set keys = level_keys(parts) %}
{%- set key_list = keys | join(', ') %}
-- what lies lowest, added up by the area above; who reported is a set of bits (int_areas__places)
below as (
    select
        {{ keys_of('f', keys) }}, f.parent_code as area_code,
        sum(f.value::decimal(28, 8)) as value,
        {{ half_units_added('f') }} as half_unit,
        bool_and(f.is_return) as is_return,
        count(*) as children,
        bit_or(f.unit_bit) filter (where f.is_return) as units
    from filed as f
    where not f.has_below
    group by all
),

-- read once: DuckDB would hold everything filed for the three levels that read it
filed_above as materialized (
    select * from filed where has_below
),

months as (
    select period, {{ last_month('period') }} as last_month
    from (select period from below union select period from filed_above) as p
),

-- beside what was reported, the same a year before: how heavy are those that reported. Where all that reported then did so
-- now, and none passed on its territory, one sum says it; elsewhere it is told unit by unit
before_below as (
    select {{ keys_of('b', keys[:-1]) }}, m.period, b.period as period_before, b.area_code, b.value as weight, b.units as units_before
    from below as b
    inner join months as m on {{ year_off('b.period', 1) }} = m.period
    where b.units is not null and length(b.period) in (4, 7)
),

changed as (
    select distinct {{ keys_of('t', keys) }}, a.parent_code as area_code
    from passed_on as t
    inner join {{ ref('areas') }} as a on t.area_code = a.area_code
),

compared as (
    select
        {{ key_list }}, area_code, n.* exclude ({{ key_list }}, area_code), b.period_before, b.weight,
        c.area_code is null and coalesce(b.units_before & ~coalesce(n.units, 0), 0) = 0 as is_alike
    from below as n
    full join before_below as b using ({{ key_list }}, area_code)
    left join changed as c using ({{ key_list }}, area_code)
),

weighed as (
    select {{ keys_of('c', keys) }}, c.area_code, f.value, coalesce(f.unit_bit & c.units, 0) <> 0 as is_reported
    from compared as c
    inner join filed as f on {{ same_keys('c', 'f', keys[:-1]) }} and c.period_before = f.period and c.area_code = f.parent_code
    anti join passed_on as t on {{ same_keys('c', 't', keys) }} and f.area_code = t.area_code
    where not c.is_alike and not f.has_below
    union all
    -- in its territory of now: counts as reported once all that hold a part of it have reported
    select
        {{ keys_of('t', keys) }}, arg_min(a.parent_code, t.follower_code) as area_code, any_value(t.value) as value,
        bool_and(coalesce(p.unit_bit & n.units, 0) <> 0) as is_reported
    from passed_on as t
    inner join {{ ref('areas') }} as a on t.follower_code = a.area_code
    inner join {{ ref('int_areas__places') }} as p on t.follower_code = p.unit_code
    left join below as n on {{ same_keys('t', 'n', keys) }} and a.parent_code = n.area_code
    group by {{ keys_of('t', keys) }}, t.area_code
),

lowest as (
    select
        {{ key_list }}, area_code, value, half_unit, is_return, children, units, bit_count(units) as units_reported,
        case when is_alike then weight end as last_year_reported,
        case when is_alike then weight end as last_year_total
    from compared
    union all by name
    select
        {{ key_list }}, area_code, true as is_return,
        case when is_reported then value end as last_year_reported, value as last_year_total
    from weighed
),

-- upwards, one level at a time. A row without a value is a weight of a year before alone, which the levels above need
{%- for level, lower in [('city', none), ('province', 'city'), ('national', 'province')] %}

sums_of_{{ level }} as (
    select
        {{ keys_of('k', keys) }}, k.area_code,
        sum(k.value::decimal(28, 8)) as value,
        {{ half_units_added('k') }} as half_unit,
        bool_and(k.is_return) as is_return,
        sum(k.children) as children,
        bit_or(k.units) as units,
        sum(k.units_reported) as units_reported,
        sum(k.last_year_reported::decimal(28, 8)) as last_year_reported,
        sum(k.last_year_total::decimal(28, 8)) as last_year_total
    from (
        select * from lowest
        {%- if lower %}
        union all by name
        select
            {{ keys_of('l', keys) }}, a.parent_code as area_code, l.value, l.half_unit, l.is_return,
            (l.value is not null)::integer as children, l.units_reported, l.last_year_reported, l.last_year_total
        from known_of_{{ lower }} as l
        inner join {{ ref('areas') }} as a on l.area_code = a.area_code
        {%- endif %}
    ) as k
    inner join {{ ref('areas') }} as a on k.area_code = a.area_code
    where a.level = '{{ level }}'
    group by all
),

known_of_{{ level }} as (
    select
        {%- for k in keys %}
        coalesce(f.{{ k }}, s.{{ k }}) as {{ k }},
        {%- endfor %}
        coalesce(f.area_code, s.area_code) as area_code,
        '{{ level }}' as level,
        coalesce(f.is_return, s.is_return) as is_return,
        -- as it filed itself, else as its own sum
        coalesce(f.value, s.value) as value,
        case when f.area_code is not null then f.half_unit else s.half_unit end as half_unit,
        f.value as filed_value,
        s.value as sum_below,
        f.value - s.value as residual,
        coalesce(f.half_unit, 0) + coalesce(s.half_unit, 0) as rounding,
        s.* exclude ({{ key_list }}, area_code, is_return, value, half_unit)
    from (select * from filed_above where level = '{{ level }}') as f
    full join sums_of_{{ level }} as s on {{ same_keys('f', 's', keys) }} and f.area_code = s.area_code
),
{%- endfor %}

known as (
    select * from known_of_city
    union all
    select * from known_of_province
    union all
    select * from known_of_national
),

-- a level parts where both numbers are there and differ by more than their rounding; a missing number parts nothing
parted as (
    select
        {{ keys_of('k', keys) }}, k.area_code, k.level, a.province_code,
        case k.level when 'city' then 1 when 'province' then 2 else 3 end as height
    from known as k
    inner join {{ ref('areas') }} as a on k.area_code = a.area_code
    where abs(k.residual) > k.rounding
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
expected as (
    select period, area_code, sum(units)::integer as units, sum(children)::integer as children
    from (
        select m.period, c.area_code, 1 as units, 0 as children
        from months as m
        inner join {{ ref('area_closure') }} as c
            on {{ stands_in('c', 'm.last_month') }}
        union all
        select m.period, a.parent_code, 0, 1
        from months as m
        inner join {{ ref('areas') }} as a
            on {{ stands_in('a', 'm.last_month') }}
    ) as e
    group by all
),

above as (
    select
        k.is_sample::boolean as is_sample,
        k.programme::varchar as programme,
        k.indicator::varchar as indicator,
        k.group_id::varchar as group_id,
        {%- if parts %}
        k.dim_name::varchar as dim_name,
        k.dim_code::varchar as dim_code,
        {%- endif %}
        k.is_return::boolean as is_return,
        k.area_code::varchar as area_code,
        k.level::varchar as level,
        k.period::varchar as period,
        k.filed_value::decimal(38, 8) as filed_value,
        k.sum_below::decimal(38, 8) as sum_below,
        k.residual::decimal(38, 8) as residual,
        k.rounding::decimal(38, 8) as rounding,
        case when k.sum_below is not null then k.children end::integer as children_known,
        case when k.sum_below is not null then e.children end::integer as children_expected,
        case when k.is_return then coalesce(k.units_reported, 0) when k.sum_below is not null then k.children end::integer as units_reported,
        case when k.is_return then e.units when k.sum_below is not null then e.children end::integer as units_expected,
        case when k.last_year_total is not null then coalesce(k.last_year_reported, 0) end::decimal(38, 8) as last_year_reported,
        k.last_year_total::decimal(38, 8) as last_year_total,
        x.level::varchar as parts_at,
        coalesce(x.areas, 0)::integer as parted_areas
        {%- if not parts %},
        k.units
        {%- endif %}
    from known as k
    left join first_parted as x on {{ same_keys('k', 'x', keys) }} and k.area_code = x.within
    left join expected as e on k.period = e.period and k.area_code = e.area_code
    where k.value is not null
)
{%- endmacro %}

{# What lies lowest, of CTEs `filed` and levels_before: no sum stands beside it, and it covers itself. The last CTE is
   `alone`. #}
{% macro levels_lowest(parts=false) %}
{%- set keys = level_keys(parts) %}
-- its weight is what it filed a year before; nothing where it is a part of another, and with what became a part of it
weights as (
    select {{ keys_of('b', keys) }}, b.area_code, b.value
    from year_before as b
    anti join passed_on as t on {{ same_keys('b', 't', keys) }} and b.area_code = t.area_code
    union all
    select {{ keys_of('t', keys) }}, min(t.follower_code) as area_code, any_value(t.value) as value
    from passed_on as t
    group by {{ keys_of('t', keys) }}, t.area_code
    having count(*) = 1
),

weighed_alone as (
    select {{ keys | join(', ') }}, area_code, sum(value::decimal(28, 8))::decimal(38, 8) as value
    from weights
    group by all
),

alone as (
    select
        {{ keys_of('f', keys) }}, f.is_return, f.area_code, f.level,
        f.value as filed_value,
        null::decimal(38, 8) as sum_below,
        null::decimal(38, 8) as residual,
        f.half_unit as rounding,
        null::integer as children_known,
        null::integer as children_expected,
        case when f.is_return then 1 end as units_reported,
        case when f.is_return and {{ stands_in('a', last_month('f.period')) }} then 1 end as units_expected,
        case when f.is_return then w.value end as last_year_reported,
        case when f.is_return then w.value end as last_year_total,
        null::varchar as parts_at,
        0 as parted_areas
    from filed as f
    inner join {{ ref('areas') }} as a on f.area_code = a.area_code
    left join weighed_alone as w on {{ same_keys('f', 'w', keys) }} and f.area_code = w.area_code
    where not f.has_below
)
{%- endmacro %}

{# The rounding of a sum: a count printed in full carries none into it. #}
{% macro half_units_added(value) -%}
  coalesce(sum({{ value }}.half_unit) filter (where {{ value }}.half_unit > 0 and not ({{ value }}.half_unit <= 0.5 and {{ value }}.value = floor({{ value }}.value))), 0)
{%- endmacro %}
