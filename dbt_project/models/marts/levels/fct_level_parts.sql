-- The same by breakdown (source, group, content, purpose). Grain: as fct_levels, × dimension × code. A view: asked for one
-- indicator and period and the same a year before (asked_only); all of them at once would be several times the totals.
{{ config(materialized='view', meta={'preview': false}) }}
{%- set keys = level_keys(true) %}
with cells as not materialized (
    {{ levels_filed(parts=true) }}
),

-- several fields of a return make one code (central = two streams): a unit says one number of it
filed as materialized (
    select
        {{ keys | join(', ') }}, area_code, sum(value) as value, sum(half_unit) as half_unit, is_return, level, parent_code, unit_bit, has_below
    from cells
    where is_return
    group by all
    union all by name
    select * from cells where not is_return
),

{{ levels_before(keys) }},

{{ levels_above(parts=true) }},

{{ levels_lowest(parts=true) }}

select * from above
union all by name
select * from alone
