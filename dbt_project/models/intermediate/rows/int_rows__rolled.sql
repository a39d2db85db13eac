-- Cells of rows with every breakdown they add to: none, their own code, and the groups above it (F31: F30, level local).
-- A view: traces ask it for the cells of one figure. Grain: indicator × account × breakdown × cell.
{{ config(materialized='view') }}
with measured as (
    select * from {{ ref('int_rows__measured') }}
    where {{ asked('submissions', 'submission_id') }} and {{ asked('indicators', 'indicator') }}
),

final as (
    select indicator, account, field, submission_id, row_no, weight, value, '' as dim_name, '' as dim_code
    from measured
    where in_total
    union all
    select m.indicator, m.account, m.field, m.submission_id, m.row_no, m.weight, m.value, d.dim_name, d.dim_code
    from measured as m
    inner join {{ ref('dimension_members') }} as d on m.base_dim = d.base_dim and m.member = d.member
)

select
    indicator::varchar as indicator,
    account::varchar as account,
    field::varchar as field,
    submission_id::varchar as submission_id,
    row_no::integer as row_no,
    weight::decimal(6, 3) as weight,
    value::decimal(38, 8) as value,
    dim_name::varchar as dim_name,
    dim_code::varchar as dim_code
from final
