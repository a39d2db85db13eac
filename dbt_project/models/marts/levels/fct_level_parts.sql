-- The same by breakdown (source, group, content, purpose). Grain: as fct_levels, × dimension × code. A view: asked for one
-- indicator and period and the same a year before (asked_only); all of them at once would be several times the totals.
{{ config(materialized='view', meta={'preview': false}) }}
with levels as (
    {{ levels_of(parts=true) }}
)

select * from levels
