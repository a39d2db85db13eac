-- Every value of a return in force that a figure can be made of: as filed in one field, or as the rows of a table add up.
-- Grain: cell or total of rows × indicator × breakdown × period answered.
{{ config(materialized='incremental', pre_hook="{{ make_room('cell') }}") }}
with returned as (
    select *, false as from_rows from {{ ref('int_returns__observed') }}
),

-- rows are counted over the life of a task, so that no month alone is asked of them
totaled as (
    select
        t.*,
        null::decimal(38, 8) as flow,
        true as from_rows,
        coalesce(case when length(t.period) = 7 then q.is_lone_month else q.is_lone_year end, false) as is_lone
    from {{ ref('int_rows__totaled') }} as t
    left join {{ ref('int_questions__lone') }} as q on t.indicator = q.indicator and t.account = q.account and q.dim_code is null
    where {{ in_scope('cell', 't') }}
),

known as (
    select * from returned
    union all by name
    select * from totaled
)

select
    k.* exclude (is_lone),
    -- nothing else answers: one cell or one total, from one account, of a unit that stands for itself alone
    k.is_lone and k.unit_code not in (select area_code from {{ ref('int_areas__shared') }}) as is_alone
from known as k
