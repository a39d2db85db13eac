-- Totals: what each area filed beside the sum of the level below it (levels_of). Grain: kind of data × programme × indicator ×
-- account or publication × area × period.
-- depends_on: {{ ref('fct_negative_flows') }}
{{ config(materialized='incremental', pre_hook="{{ make_room('level') }}") }}
with levels as (
    {{ levels_of() }}
)

select * from levels
where {{ in_scope('level') }}
order by is_sample, programme, indicator, period, area_code, group_id
