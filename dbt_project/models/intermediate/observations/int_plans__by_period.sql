-- Which plan version answers for a unit, period and question (task, first, then, now). V0 never counts; the task is
-- the last of V1 and V2, since the year-end settlement V3 restates what was done and printed tables keep the task.
{{ config(post_hook="{{ late_plans() }}") }}
with plans as (
    select
        s.submission_id,
        s.source_kind,
        s.unit_code,
        s.period as plan_year,
        s.plan_version,
        p.plan_confirm_date
    from {{ ref('int_submissions__in_force') }} as s
    inner join {{ ref('stg_j1__plan') }} as p on s.submission_id = p.submission_id
    where s.form = 'J1' and s.plan_version <> 'V0' and p.plan_confirm_date is not null
),

months as (
    select range::integer as month from range(1, 13)
),

periods as (
    select distinct
        plan_year,
        plan_year || '-' || lpad(month::varchar, 2, '0') as period,
        last_day(make_date(plan_year::integer, month, 1)) as period_end
    from plans, months
    union all
    select distinct plan_year, plan_year as period, make_date(plan_year::integer, 12, 31) as period_end
    from plans
),

answered as (
    select p.*, periods.period, 'first' as question
    from plans as p
    inner join periods on p.plan_year = periods.plan_year
    where p.plan_version = 'V1'
    union all
    select p.*, periods.period, 'then' as question
    from plans as p
    inner join periods on p.plan_year = periods.plan_year and p.plan_confirm_date <= periods.period_end
    union all
    select p.*, periods.period, 'task' as question
    from plans as p
    inner join periods on p.plan_year = periods.plan_year and p.plan_confirm_date <= periods.period_end
    where p.plan_version in ('V1', 'V2')
    union all
    select p.*, periods.period, 'now' as question
    from plans as p
    inner join periods on p.plan_year = periods.plan_year
),

chosen as (
    select *
    from answered
    qualify row_number() over (
        partition by source_kind, unit_code, period, question
        order by plan_confirm_date desc, plan_version desc
    ) = 1
),

-- a merged unit's plan ends with the first version that its heir has confirmed after the merger
replaced as (
    select c.submission_id, c.period, c.question
    from chosen as c
    inner join {{ ref('area_heirs') }} as h on c.unit_code = h.unit_code and c.plan_year = left(h.month, 4)
    inner join chosen as n
        on h.heir_code = n.unit_code and c.source_kind = n.source_kind and c.period = n.period and c.question = n.question
       and n.plan_confirm_date >= (h.month || '-01')::date
),

final as (
    select c.submission_id, c.source_kind, c.unit_code, c.period, c.question
    from chosen as c
    anti join replaced as r on c.submission_id = r.submission_id and c.period = r.period and c.question = r.question
)

select * from final
