-- Totals of areas that have something below them: what they filed beside the sum of the level below (levels_of). Grain: as
-- int_levels__filed. In no order, as fct_figures.
-- depends_on: {{ ref('fct_negative_flows') }}
{{ config(materialized='incremental', pre_hook="{{ make_room('level') }}") }}
with filed as not materialized (
    select * from {{ ref('int_levels__filed') }}
    where {{ in_scope('cells of levels') }}
),

{{ levels_before(level_keys()) }},

{{ levels_above() }}

select * from above
where {{ in_scope('level') }}
