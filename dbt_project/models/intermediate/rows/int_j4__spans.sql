-- From one milestone to a later one: the days, or for how many months it is known not to have happened. Grain: lock ×
-- task × pair of milestones, for tasks whose first milestone is dated and whose second one is dated or not yet reached.
-- Pairs: each milestone and the next, and the plan and each later one. Locks: of December, and the newest of all.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('rosters') }}", "{{ make_room('task') }}"], post_hook="{{ ask_all() }}") }}
with locks as (
    select s.submission_id, s.is_sample, s.programme
    from {{ ref('int_submissions__in_force') }} as s
    where s.submission_id in (
        select j.submission_id from {{ ref('int_j4__in_force') }} as j
        where {{ of_the_plan('j') }} and {{ asked('locks', 'j.period') }}
    )
    qualify right(s.period, 3) = '-12' or s.period = max(s.period) over (partition by s.is_sample, s.programme)
),

tasks as (
    select m.*, l.is_sample, l.programme
    from {{ ref('int_j4__milestones') }} as m
    inner join locks as l on m.submission_id = l.submission_id
    where {{ in_scope('task', 'm') }}
),

pairs as (
    select a.code as from_milestone, a.date_field as from_field, b.code as to_milestone, b.date_field as to_field
    from {{ ref('milestones') }} as a
    inner join {{ ref('milestones') }} as b on b.rank = a.rank + 1 or a.rank = 1 and b.rank > 1
),

paired as (
    select
        t.is_sample,
        t.programme,
        t.unit_code,
        t.month,
        t.period_end,
        t.cohort_year,
        t.task_id,
        p.from_milestone,
        p.to_milestone,
        {{ of_date('p.from_field', 't') }} as from_date,
        {{ of_date('p.to_field', 't') }} as to_date
    from tasks as t
    cross join pairs as p
    where not {{ of_date('p.to_field', 't', '_undated') }}
),

watched as (
    select
        *,
        datesub('month', from_date, period_end) as months_watched,
        datesub('month', from_date, to_date) as months_passed
    from paired
    where from_date is not null
),

timed as (
    select
        *,
        datediff('day', from_date, to_date) as days,
        -- reached before its origin (works before the plan) is reached at once; a month begun counts whole
        case
            when to_date <= from_date then 0
            else months_passed + case when from_date + to_months(months_passed::integer) < to_date then 1 else 0 end
        end as months_needed
    from watched
)

select
    is_sample,
    programme,
    unit_code,
    month,
    cohort_year,
    task_id,
    from_milestone,
    to_milestone,
    days,
    -- what happened in a month that is not over at the lock is not compared with what may still happen in it
    coalesce(months_needed <= months_watched, false) as is_reached,
    case when months_needed <= months_watched then months_needed else months_watched end::integer as months
from timed
