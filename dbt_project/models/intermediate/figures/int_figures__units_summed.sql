-- What each unit's own returns answer where that is not one cell: sums of several, and what more is said of.
-- Grain: question × unit × account. The answers of one cell stand in fct_observations (int_figures__units).
{{ config(materialized='incremental', pre_hook="{{ make_room('unit') }}") }}
{%- set keys = ['source_kind', 'is_sample', 'programme', 'indicator', 'dim_name', 'dim_code', 'unit_code', 'period', 'account'] %}
-- not held in memory: reading them twice is cheaper
with cells as not materialized (
    select o.*, i.is_additive, i.is_limit
    from {{ ref('int_observations__returned') }} as o
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    where not o.is_alone and {{ in_scope('cells of units', 'o') }}
),

levels as (
    select
        {{ keys | join(', ') }},
        'level' as accum,
        sum(value::decimal(28, 8)) as value,
        count(*) as cells,
        case when min(submission_id) = max(submission_id) then min(submission_id) end as submission_id
    from cells
    group by {{ keys | join(', ') }}
),

-- a month alone, of the fields that have both months
flows as (
    select
        {{ keys_of('c', keys) }},
        c.is_additive,
        c.is_limit as is_estimate,
        'flow' as accum,
        sum(c.flow::decimal(28, 8))::decimal(38, 11) as value,
        sum(case when {{ is_january('c.period') }} then 1 else 2 end)::bigint as cells,
        case when {{ is_january('c.period') }} and min(c.submission_id) = max(c.submission_id) then min(c.submission_id) end as submission_id
    from cells as c
    anti join {{ ref('area_openings') }} as o on {{ stands_apart('c', 'o') }}
    where c.flow is not null
    group by {{ keys_of('c', keys) }}, c.is_additive, c.is_limit
),

{{ answered('levels') }}

select
    given.*,
    -- more may be said of the question than the unit says: another answer, or that it fell without a reason
    c.indicator is not null or s.area_code is not null or f.unit_code is not null as is_rivalled
from (
    select * from answered
    union all by name
    select * from flows
) as given
left join {{ ref('int_questions__contested') }} as c on given.indicator = c.indicator and c.is_month = (length(given.period) = 7)
left join {{ ref('int_areas__shared') }} as s on given.unit_code = s.area_code
left join {{ unexplained_falls() }} as f on given.accum = 'flow' and {{ is_month_of('given', 'f') }}
where {{ in_scope('unit', 'given') }}
