-- From one milestone to a later one: the days, or for how many months it is known not to have happened. Grain: lock ×
-- task × pair of milestones, for tasks whose first milestone is dated and whose second one is dated or not yet reached.
-- Pairs: each milestone and the next, and the plan and each later one. Locks: of December, and the newest of all.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('rosters') }}", "{{ make_room('task') }}"], post_hook="{{ ask_all() }}") }}
with months as (
    select is_sample, programme, month
    from {{ ref('int_j4__milestones') }}
    where milestone_order = 1
    group by all
),

locks as (
    select m.*
    from {{ ref('int_j4__milestones') }} as m
    semi join (
        select *
        from months
        qualify right(month, 3) = '-12' or month = max(month) over (partition by is_sample, programme)
    ) as l on m.is_sample = l.is_sample and m.programme = l.programme and m.month = l.month
    where {{ in_scope('task', 'm') }}
),

paired as (
    select
        a.is_sample,
        a.programme,
        a.unit_code,
        a.month,
        a.cohort_year,
        a.task_id,
        a.milestone as from_milestone,
        b.milestone as to_milestone,
        a.reached_on as from_date,
        b.reached_on as to_date,
        datesub('month', a.reached_on, a.period_end) as months_watched,
        datesub('month', a.reached_on, b.reached_on) as months_passed
    from locks as a
    inner join locks as b
        on a.is_sample = b.is_sample and a.programme = b.programme and a.unit_code = b.unit_code
       and a.month = b.month and a.task_id = b.task_id
    where (b.milestone_order = a.milestone_order + 1 or a.milestone_order = 1 and b.milestone_order > 1)
      and a.reached_on is not null and not b.is_undated
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
    from paired
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
