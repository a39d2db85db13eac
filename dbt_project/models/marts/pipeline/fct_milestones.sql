-- How many tasks of each plan year ever reached a milestone by the end of a month, by its date on the rosters in force.
-- Grain: kind of data × programme × cohort × month × area × milestone. Withdrawn tasks are left out.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('rosters') }}", "{{ make_room('cohort') }}"], post_hook="{{ ask_all() }}") }}
with by_unit as (
    select
        is_sample,
        programme,
        cohort_year,
        month,
        unit_code,
        milestone,
        milestone_order,
        count(*) as tasks,
        count(reached_on) as communities,
        coalesce(sum(households) filter (where reached_on is not null), 0) as households,
        count(*) filter (where is_undated) as undated
    from {{ ref('int_j4__milestones') }}
    where {{ in_scope('lock') }}
    group by all
),

final as (
    select
        m.is_sample::boolean as is_sample,
        m.programme::varchar as programme,
        m.cohort_year::integer as cohort_year,
        m.month::varchar as month,
        c.area_code::varchar as area_code,
        m.milestone::varchar as milestone,
        m.milestone_order::integer as milestone_order,
        sum(m.tasks)::integer as tasks,
        sum(m.communities)::integer as communities,
        sum(m.households)::decimal(38, 8) as households,
        sum(m.undated)::integer as undated
    from by_unit as m
    inner join {{ ref('area_closure') }} as c on m.unit_code = c.unit_code
    where {{ in_scope('area of rosters', 'c') }}
    group by m.is_sample, m.programme, m.cohort_year, m.month, c.area_code, m.milestone, m.milestone_order
)

select * from final
order by is_sample, programme, cohort_year, month, area_code, milestone_order
