-- Months in which a unit's year-to-date figure fell, and the reason given for it: that of the explanation with which the
-- return was accepted, or that of the adjusted plan where the rule book lets a new plan version lower a count. None is
-- dropped; one without a reason is marked in the figures and stops the series at the gates.
-- Grain: kind of data × programme × indicator × account × breakdown × unit × month.
{{ config(materialized='incremental', pre_hook="{{ make_room('filer') }}", post_hook="{{ late_questions() }}") }}
-- not held in memory: few of them fell
with filed as not materialized (
    select o.*
    from {{ ref('int_observations__returned') }} as o
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    where length(o.period) = 7 and i.kind = 'flow' and not i.constant_in_year and {{ in_scope('filer', 'o') }}
),

-- several fields may add up to one breakdown
summed as (
    select
        is_sample, programme, indicator, account, dim_name, dim_code, unit_code, period, submission_id,
        {{ month_no('period') }} as month_no,
        sum(value::decimal(28, 8)) as value
    from filed
    where not is_alone
    group by all
),

lower as (
    select
        is_sample, programme, indicator, account, dim_name, dim_code, unit_code, period, submission_id,
        value,
        value - flow as value_before,
        flow
    from filed
    where is_alone and flow < 0 and not {{ is_january('period') }}
    union all
    select
        s.* exclude (month_no),
        b.value as value_before,
        s.value - b.value as flow
    from summed as s
    inner join summed as b
        on {{ same_keys('s', 'b', ['is_sample', 'programme', 'indicator', 'account', 'dim_code', 'unit_code']) }}
       and s.month_no = b.month_no + 1 and not {{ is_january('s.period') }}
    where s.value < b.value
),

fallen as (
    select n.*, f.fields
    from lower as n
    inner join (
        select submission_id, indicator, dim_code, list_distinct(list(field)) as fields
        from filed
        where submission_id in (select submission_id from lower)
        group by all
    ) as f on n.submission_id = f.submission_id and n.indicator = f.indicator and n.dim_code = f.dim_code
),

-- one reason covers one field; a fall of several fields needs one of them to say why
explained as (
    select f.submission_id, f.indicator, f.dim_code, min(e.reason) as reason, min(e.rule) as rule
    from fallen as f
    inner join {{ ref('int_submissions__in_force') }} as s on f.submission_id = s.submission_id
    inner join {{ ref('stg_register__explanations') }} as e
        on f.submission_id = e.submission_id and s.decided_at >= e.explained_at
    inner join {{ ref('falling_fields') }} as r on e.rule = r.rule and list_contains(f.fields, r.field)
    group by all
),

replanned as (
    select f.submission_id, f.indicator, f.dim_code, min(j.adj_reason) as reason, min(r.rule) as rule
    from fallen as f
    inner join {{ ref('falling_fields') }} as r on r.unless_plan_changed and list_contains(f.fields, r.field)
    inner join {{ ref('int_plans__by_period') }} as p
        on f.unit_code = p.unit_code and f.period = p.period and p.question = 'then'
       and f.is_sample = (p.source_kind = 'sample')
    left join {{ ref('int_plans__by_period') }} as b
        on p.unit_code = b.unit_code and {{ month_off('f.period', -1) }} = b.period and b.question = 'then' and p.source_kind = b.source_kind
    inner join {{ ref('stg_j1__plan') }} as j on p.submission_id = j.submission_id
    where p.submission_id is distinct from b.submission_id and j.adj_reason is not null
    group by all
),

final as (
    select
        f.is_sample::boolean as is_sample,
        f.programme::varchar as programme,
        f.indicator::varchar as indicator,
        f.account::varchar as account,
        f.dim_name::varchar as dim_name,
        f.dim_code::varchar as dim_code,
        f.unit_code::varchar as unit_code,
        f.period::varchar as month,
        f.value_before::decimal(38, 8) as value_before,
        f.value::decimal(38, 8) as value,
        f.flow::decimal(38, 8) as flow,
        f.submission_id::varchar as submission_id,
        coalesce(e.rule, p.rule)::varchar as rule,
        coalesce(e.reason, p.reason)::varchar as reason,
        case when e.reason is not null then 'explanation' when p.reason is not null then 'plan' end::varchar as reason_from,
        (coalesce(e.reason, p.reason) is not null)::boolean as is_explained
    from fallen as f
    left join explained as e
        on f.submission_id = e.submission_id and f.indicator = e.indicator and f.dim_code = e.dim_code
    left join replanned as p
        on f.submission_id = p.submission_id and f.indicator = p.indicator and f.dim_code = p.dim_code
)

select * from final
order by is_sample, programme, indicator, month, unit_code, dim_code
