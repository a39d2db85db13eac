-- Tasks of the plan on the rosters in force, with the milestones that each reached: the dates that are not after the lock.
-- A milestone that the stage says was passed and that has no date is undated, and so is settlement on a roster that never
-- fills it (no stage tells): unknown is not "not yet". Grain: lock × task. A view: who counts them asks for a few columns.
{{ config(materialized='view', post_hook="{{ late_rosters() }}") }}
with stages as (
    select p.code, case when p.counts_as_started then coalesce(p.rank, st.rank) else p.rank end as stage_order
    from {{ ref('project_stages') }} as p
    cross join (select rank from {{ ref('project_stages') }} where code = 'ST07') as st
),

-- the stage from which each milestone was passed, none where no stage tells
passed as (
    select
        {%- for name in milestone_dates() %}
        max(f.rank) filter (where m.date_field = '{{ name }}') as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('milestones') }} as m
    inner join {{ ref('project_stages') }} as f on m.from_stage = f.code
),

filled as (
    select
        submission_id,
        {%- for name in milestone_dates() %}
        count({{ name }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_j4__in_force') }}
    where {{ of_the_plan() }}
      and {{ asked('locks', 'period') }}
    group by submission_id
)

select
    t.submission_id,
    t.unit_code,
    t.period as month,
    t.period_end,
    t.task_id,
    t.plan_year::integer as cohort_year,
    t.hh as households,
    {%- for name in milestone_dates() %}
    case when t.{{ name }} <= t.period_end then t.{{ name }} end as {{ name }},
    t.{{ name }} is null
    and case when p.{{ name }} is null then f.{{ name }} = 0 else coalesce(s.stage_order >= p.{{ name }}, false) end as {{ name }}_undated
    {{- ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_j4__in_force') }} as t
inner join stages as s on t.stage = s.code
inner join filled as f on t.submission_id = f.submission_id
cross join passed as p
where {{ of_the_plan('t') }}
  and {{ asked('locks', 't.period') }}
