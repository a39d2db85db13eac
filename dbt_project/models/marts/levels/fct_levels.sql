-- Totals: what each area filed beside the sum of the level below it (levels_of). Grain: kind of data × programme × indicator ×
-- account or publication × area × period. A view: what has something below it is held; what lies lowest is what it filed.
-- Who asks for one indicator and period says so first, and the same a year before (asked_only).
{{ config(materialized='view') }}
with filed as not materialized (
    select * from {{ ref('int_levels__filed') }}
),

{{ levels_before(level_keys()) }},

{{ levels_lowest() }}

select * exclude (units) from {{ ref('int_levels__above') }}
union all by name
select * from alone
