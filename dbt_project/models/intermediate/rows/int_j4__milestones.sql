-- Tasks of the plan on the rosters in force, with the milestones that each reached. Grain: lock × task × milestone.
-- A milestone dated after the lock is not reached yet. One that the stage says was passed and that has no date is
-- undated, and so is settlement on a roster that never fills it (no stage tells): unknown is not "not yet".
with tasks as (
    select
        s.is_sample,
        s.programme,
        j.submission_id,
        j.unit_code,
        j.period as month,
        j.period_end,
        j.task_id,
        j.plan_year::integer as cohort_year,
        j.hh as households,
        j.stage,
        case when p.counts_as_started then coalesce(p.rank, st.rank) else p.rank end as stage_order,
        j.d_plan,
        j.d_start,
        j.d_finish,
        j.d_accept,
        j.d_handover,
        j.d_settle,
        j.d_mgmt
    from {{ ref('int_j4__in_force') }} as j
    inner join {{ ref('int_submissions__in_force') }} as s on j.submission_id = s.submission_id
    inner join {{ ref('project_stages') }} as p on j.stage = p.code
    inner join {{ ref('project_stages') }} as st on st.code = 'ST07'
    where j.membership = 'M1' and j.rec_status = 'A' and j.plan_year is not null and j.stage <> 'ST98'
),

dated as (
    select
        t.*,
        m.code as milestone,
        m.rank as milestone_order,
        m.from_stage,
        case m.date_field
            {%- for name in ['d_plan', 'd_start', 'd_finish', 'd_accept', 'd_handover', 'd_settle', 'd_mgmt'] %}
            when '{{ name }}' then t.{{ name }}
            {%- endfor %}
        end as dated_on
    from tasks as t
    cross join {{ ref('milestones') }} as m
),

placed as (
    select
        d.*,
        case
            when d.dated_on is not null then false
            when d.from_stage is null then count(d.dated_on) over (partition by d.submission_id, d.milestone) = 0
            else coalesce(d.stage_order >= f.rank, false)
        end as is_undated
    from dated as d
    left join {{ ref('project_stages') }} as f on d.from_stage = f.code
)

select
    is_sample,
    programme,
    unit_code,
    month,
    period_end,
    task_id,
    cohort_year,
    households,
    milestone,
    milestone_order,
    case when dated_on <= period_end then dated_on end as reached_on,
    is_undated
from placed
