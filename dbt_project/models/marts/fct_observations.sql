-- Every value that a figure can be made of, with the place where it was written. A view: what returns say is held once
-- (int_observations__returned), and names of observations cost more than the values.
{{ config(materialized='view') }}
with known as (
    select *, 'return' as role from {{ ref('int_observations__returned') }}
    union all by name
    select * from {{ ref('int_publications__observed') }}
)

select
    md5(concat_ws(
        '|', submission_id, coalesce(field, ''), coalesce(sheet, ''), coalesce(cell, ''), indicator,
        case when role = 'return' and not from_rows then nullif(dim_code, '') else dim_code end, period
    ))::varchar as observation_id,
    source_kind::varchar as source_kind,
    is_sample::boolean as is_sample,
    programme::varchar as programme,
    indicator::varchar as indicator,
    coalesce(dim_name, '')::varchar as dim_name,
    coalesce(dim_code, '')::varchar as dim_code,
    unit_code::varchar as unit_code,
    period::varchar as period,
    value::decimal(38, 8) as value,
    submission_id::varchar as submission_id,
    account::varchar as account,
    field::varchar as field,
    coalesce(from_rows, false)::boolean as from_rows,
    source_id::varchar as source_id,
    publisher::varchar as publisher,
    published_on::varchar as published_on,
    role::varchar as role,
    sheet::varchar as sheet,
    cell::varchar as cell,
    printed::varchar as printed,
    half_unit::decimal(38, 8) as half_unit,
    qualifier::varchar as qualifier,
    coalesce(is_doubtful, false)::boolean as is_doubtful,
    total_id::varchar as total_id
from known
