-- Every value of a return in force that a figure can be made of: as filed in one field, or as the rows of a table add up.
-- Grain: cell or total of rows × indicator × breakdown × period answered.
{{ config(materialized='incremental', pre_hook="{{ make_room('answer') }}") }}
with returned as (
    select *, false as from_rows from {{ ref('int_returns__observed') }}
    where {{ in_scope('answer') }}
),

totaled as (
    select *, true as from_rows from {{ ref('int_rows__totaled') }}
    where {{ in_scope('answer') }}
)

select
    source_kind,
    is_sample,
    programme,
    indicator,
    coalesce(dim_name, '') as dim_name,
    coalesce(dim_code, '') as dim_code,
    unit_code,
    period,
    value::decimal(38, 8) as value,
    submission_id,
    account,
    field,
    from_rows
from (
    select * from returned
    union all by name
    select * from totaled
) as known
