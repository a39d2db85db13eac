-- Indicator values of units, from the fields that the rule book names. Grain: kind × indicator × dim × unit × period.
{{ config(materialized='ephemeral') }}
with asked as (
    select
        v.submission_id,
        v.source_kind,
        v.is_sample,
        v.programme,
        v.unit_code,
        v.period,
        v.form,
        f.indicator,
        f.kind,
        f.version,
        f.dim_name,
        f.dim_code,
        f.field,
        v.value
    from {{ ref('int_returns__unpivoted') }} as v
    inner join {{ ref('indicator_fields') }} as f on v.form = f.form and v.field = f.field
    where {{ in_scope('answer', 'v') }}
),

-- a part that need not be filed is zero once its total is filed
zeros as (
    select
        t.submission_id,
        t.source_kind,
        t.is_sample,
        t.programme,
        t.unit_code,
        t.period,
        t.form,
        f.indicator,
        f.kind,
        f.version,
        f.dim_name,
        f.dim_code,
        f.field,
        0::decimal(38, 8) as value
    from {{ ref('int_returns__unpivoted') }} as t
    inner join {{ ref('indicator_fields') }} as f on t.form = f.form and t.field = f.zero_when
    anti join {{ ref('int_returns__unpivoted') }} as filed
        on t.submission_id = filed.submission_id and f.field = filed.field
    where {{ in_scope('answer', 't') }}
),

known as (
    select * from asked
    union all
    select * from zeros
),

progress as (
    select * exclude (version), period as answered_period
    from known
    where kind in ('flow', 'stock')
    union all
    -- a year's figure is its December
    select * exclude (version), left(period, 4) as answered_period
    from known
    where kind in ('flow', 'stock') and right(period, 3) = '-12'
),

planned as (
    select known.* exclude (version), p.period as answered_period
    from known
    inner join {{ ref('int_plans__by_period') }} as p
        on known.submission_id = p.submission_id
       and known.version = p.question
    where known.kind = 'plan'
),

final as (
    select * from progress
    union all
    select * from planned
)

select
    source_kind,
    is_sample,
    programme,
    indicator,
    dim_name,
    dim_code,
    unit_code,
    answered_period as period,
    value,
    submission_id,
    form as account,
    field
from final
