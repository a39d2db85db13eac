-- What each unit's own returns answer where that is not one cell: sums of several, months alone, and what more is said of.
-- Grain: question × unit × account. The answers of one cell stand in fct_observations (int_figures__units).
{{ config(materialized='incremental', pre_hook="{{ make_room('unit') }}") }}
{%- set keys = ['source_kind', 'is_sample', 'programme', 'indicator', 'dim_name', 'dim_code', 'unit_code', 'period', 'account'] %}
-- not held in memory: reading them twice is cheaper
with observations as not materialized (
    select
        o.*,
        i.is_additive,
        i.is_limit,
        i.kind = 'flow' and not i.constant_in_year and length(o.period) = 7 as has_flow
    from {{ ref('int_observations__returned') }} as o
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    where {{ in_scope('cells of units', 'o') }}
),

levels as (
    select
        {{ keys | join(', ') }},
        'level' as accum,
        sum(value::decimal(28, 8)) as value,
        count(*) as cells,
        case when min(submission_id) = max(submission_id) then min(submission_id) end as submission_id
    from observations
    where not is_alone
    group by {{ keys | join(', ') }}
),

months as not materialized (
    select
        {{ keys | join(', ') }},
        is_additive,
        is_limit,
        field,
        value,
        submission_id,
        is_alone,
        {{ month_no('period') }} as month_no
    from observations
    where has_flow
),

-- a month alone: the difference within the year, for fields that have both months; January is the year to date, and the
-- first month after a change of territory stands apart (int_figures__areas)
differences as not materialized (
    select
        {{ keys_of('later', keys) }},
        later.is_additive,
        later.is_limit as is_estimate,
        later.is_alone,
        later.value - coalesce(earlier.value, 0) as value,
        case when earlier.value is null then 1 else 2 end as cells,
        case when earlier.value is null then later.submission_id end as submission_id
    from months as later
    left join months as earlier
        on {{ same_keys('later', 'earlier', ['is_sample', 'programme', 'indicator', 'dim_code', 'unit_code', 'field']) }}
       and later.month_no = earlier.month_no + 1
       and left(later.period, 4) = left(earlier.period, 4)
    anti join (select * from {{ ref('area_openings') }} where side = 'after') as o
        on later.unit_code = o.unit_code and later.period = o.month
    where earlier.value is not null or right(later.period, 2) = '01'
),

flows as (
    select
        {{ keys | join(', ') }},
        is_additive,
        is_estimate,
        'flow' as accum,
        sum(value::decimal(28, 8))::decimal(38, 11) as value,
        sum(cells)::bigint as cells,
        case when count(*) = count(submission_id) and min(submission_id) = max(submission_id) then min(submission_id) end as submission_id
    from differences
    where not is_alone
    group by {{ keys | join(', ') }}, is_additive, is_estimate
    union all
    select
        {{ keys | join(', ') }},
        is_additive,
        is_estimate,
        'flow' as accum,
        value::decimal(38, 11) as value,
        cells::bigint as cells,
        submission_id
    from differences
    where is_alone
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
left join (
    select distinct is_sample, programme, indicator, account, dim_code, unit_code, month
    from {{ ref('fct_negative_flows') }}
    where not is_explained
) as f
    on given.accum = 'flow' and given.period = f.month
   and {{ same_keys('given', 'f', ['is_sample', 'programme', 'indicator', 'account', 'dim_code', 'unit_code']) }}
where {{ in_scope('unit', 'given') }}
