-- Where the tasks of each plan year stand: by stage, at the end of a month, from the rosters in force. Grain: kind of
-- data × programme × cohort × month × area × stage. A cohort is a plan year and no calendar year.
-- depends_on: {{ ref('int_j4__milestones') }}
{{ config(materialized='incremental', pre_hook="{{ make_room('cohort') }}") }}
with counted as (
    select
        j.submission_id,
        j.plan_year::integer as cohort_year,
        j.stage,
        count(*) as communities,
        sum(j.hh) as households
    from {{ ref('int_j4__in_force') }} as j
    where j.membership = 'M1' and j.rec_status = 'A' and j.plan_year is not null and j.stage is not null
      and {{ in_scope('rows of a lock', 'j') }}
    group by j.submission_id, cohort_year, j.stage
),

tasks as (
    select c.* exclude (submission_id), s.is_sample, s.programme, s.unit_code, s.period as month
    from counted as c
    inner join {{ ref('int_submissions__in_force') }} as s on c.submission_id = s.submission_id
),

-- a roster without a task of the plan was filed too
locks as (
    select s.is_sample, s.programme, s.period as month, c.area_code, count(distinct s.unit_code) as units
    from {{ ref('int_submissions__in_force') }} as s
    inner join {{ ref('area_closure') }} as c on s.unit_code = c.unit_code
    where s.form = 'J4' and {{ in_scope('area of rosters', 'c') }}
    group by all
),

expected as (
    select m.month, c.area_code, count(*) as units
    from (select distinct month from tasks) as m
    inner join {{ ref('area_closure') }} as c
        on {{ stands_in('c', 'm.month') }}
    group by all
),

summed as (
    select t.is_sample, t.programme, t.cohort_year, t.month, c.area_code, t.stage, sum(t.communities) as communities, sum(t.households) as households
    from tasks as t
    inner join {{ ref('area_closure') }} as c on t.unit_code = c.unit_code
    where {{ in_scope('area of rosters', 'c') }}
    group by all
),

final as (
    select
        s.is_sample::boolean as is_sample,
        s.programme::varchar as programme,
        s.cohort_year::integer as cohort_year,
        s.month::varchar as month,
        s.area_code::varchar as area_code,
        s.stage::varchar as stage,
        (s.stage <> 'ST98')::boolean as is_in_plan,
        s.communities::integer as communities,
        s.households::decimal(38, 8) as households,
        l.units::integer as units_reported,
        e.units::integer as units_expected
    from summed as s
    inner join locks as l
        on s.is_sample = l.is_sample and s.programme = l.programme and s.month = l.month and s.area_code = l.area_code
    left join expected as e on s.month = e.month and s.area_code = e.area_code
)

select * from final
order by is_sample, programme, cohort_year, month, area_code, stage
