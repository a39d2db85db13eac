-- Tasks of the plan on the rosters in force, with the milestones that each reached. Grain: lock × task × milestone.
-- A milestone dated after the lock is not reached yet. One that the stage says was passed and that has no date is
-- undated, and so is settlement on a roster that never fills it (no stage tells): unknown is not "not yet".
-- A view: its rows are seven a task, and who counts them asks for a few columns, or for the locks of a December.
{%- set dates = ['d_plan', 'd_start', 'd_finish', 'd_accept', 'd_handover', 'd_settle', 'd_mgmt'] %}
{{ config(materialized='view', post_hook="{{ late_rosters() }}") }}
with tasks as (
    select
        j.submission_id,
        j.unit_code,
        j.period as month,
        j.period_end,
        j.task_id,
        j.plan_year::integer as cohort_year,
        j.hh as households,
        case when p.counts_as_started then coalesce(p.rank, st.rank) else p.rank end as stage_order,
        {{ keys_of('j', dates) }}
    from {{ ref('int_j4__in_force') }} as j
    inner join {{ ref('project_stages') }} as p on j.stage = p.code
    cross join (select rank from {{ ref('project_stages') }} where code = 'ST07') as st
    where {{ of_the_plan('j') }}
      and {{ asked('locks', 'j.period') }}
),

filled as (
    select
        submission_id,
        {%- for name in dates %}
        count({{ name }}) as {{ name }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_j4__in_force') }}
    where {{ of_the_plan() }}
      and {{ asked('locks', 'period') }}
    group by submission_id
),

dated as (
    select
        t.*,
        m.code as milestone,
        m.rank as milestone_order,
        f.rank as from_rank,
        m.from_stage,
        m.date_field,
        case m.date_field
            {%- for name in dates %}
            when '{{ name }}' then t.{{ name }}
            {%- endfor %}
        end as dated_on
    from tasks as t
    cross join {{ ref('milestones') }} as m
    left join {{ ref('project_stages') }} as f on m.from_stage = f.code
),

placed as (
    select
        d.*,
        case
            when d.dated_on is not null then false
            when d.from_stage is null then
                case d.date_field
                    {%- for name in dates %}
                    when '{{ name }}' then n.{{ name }}
                    {%- endfor %}
                end = 0
            else coalesce(d.stage_order >= d.from_rank, false)
        end as is_undated
    from dated as d
    inner join filled as n on d.submission_id = n.submission_id
)

select
    s.is_sample,
    s.programme,
    p.unit_code,
    p.month,
    p.period_end,
    p.task_id,
    p.cohort_year,
    p.households,
    p.milestone,
    p.milestone_order,
    case when p.dated_on <= p.period_end then p.dated_on end as reached_on,
    p.is_undated
from placed as p
inner join {{ ref('int_submissions__in_force') }} as s on p.submission_id = s.submission_id
