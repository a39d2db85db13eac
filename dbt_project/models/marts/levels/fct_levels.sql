-- Totals: what each area filed beside the sum of the level below it (levels_of). Grain: kind of data × programme × indicator ×
-- account or publication × area × period.
-- depends_on: {{ ref('fct_negative_flows') }}
{{ config(materialized='incremental', pre_hook="{{ make_room('level') }}") }}
with levels as (
    {{ levels_of() }}
)

-- in no order, as fct_figures
select * from levels
where {{ in_scope('level') }}
