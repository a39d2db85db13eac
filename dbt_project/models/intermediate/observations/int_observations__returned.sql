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
),

known as (
    select * from returned
    union all by name
    select * from totaled
)

select
    o.* replace (
        coalesce(o.dim_name, '') as dim_name,
        coalesce(o.dim_code, '') as dim_code,
        o.value::decimal(38, 8) as value
    ),
    -- nothing else answers: one cell or one total, from one account, of a unit that stands for itself alone
    q.indicator is not null and o.unit_code not in (select area_code from {{ ref('int_areas__shared') }}) as is_alone
from known as o
left join {{ ref('int_questions__lone') }} as q
    on o.indicator = q.indicator and o.account = q.account and q.is_month = (length(o.period) = 7)
   and coalesce(q.dim_code, o.dim_code, '') = coalesce(o.dim_code, '')
