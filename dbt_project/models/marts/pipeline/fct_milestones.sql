-- How many tasks of each plan year ever reached a milestone by the end of a month, by its date on the rosters in force.
-- Grain: kind of data × programme × cohort × month × area × milestone. Withdrawn tasks are left out.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('rosters') }}", "{{ make_room('cohort') }}"], post_hook="{{ ask_all() }}") }}
with by_lock as (
    select
        submission_id,
        cohort_year,
        count(*) as tasks,
        {%- for name in milestone_dates() %}
        count({{ name }}) as {{ name }}_communities,
        sum(households) filter (where {{ name }} is not null) as {{ name }}_households,
        count(*) filter (where {{ name }}_undated) as {{ name }}_undated{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('int_j4__milestones') }}
    where {{ in_scope('lock') }}
    group by submission_id, cohort_year
),

by_area as (
    select
        s.is_sample,
        s.programme,
        l.cohort_year,
        s.period as month,
        c.area_code,
        sum(l.tasks) as tasks,
        {%- for name in milestone_dates() %}
        {%- for what in ['communities', 'households', 'undated'] %}
        sum(l.{{ name }}_{{ what }}) as {{ name }}_{{ what }}{{ ',' if not loop.last }}
        {%- endfor %}{{ ',' if not loop.last }}
        {%- endfor %}
    from by_lock as l
    inner join {{ ref('int_submissions__in_force') }} as s on l.submission_id = s.submission_id
    inner join {{ ref('area_closure') }} as c on s.unit_code = c.unit_code
    where {{ in_scope('area of rosters', 'c') }}
    group by s.is_sample, s.programme, l.cohort_year, s.period, c.area_code
),

final as (
    select
        a.is_sample::boolean as is_sample,
        a.programme::varchar as programme,
        a.cohort_year::integer as cohort_year,
        a.month::varchar as month,
        a.area_code::varchar as area_code,
        m.code::varchar as milestone,
        m.rank::integer as milestone_order,
        a.tasks::integer as tasks,
        {{ of_date('m.date_field', 'a', '_communities') }}::integer as communities,
        coalesce({{ of_date('m.date_field', 'a', '_households') }}, 0)::decimal(38, 8) as households,
        {{ of_date('m.date_field', 'a', '_undated') }}::integer as undated
    from by_area as a
    cross join {{ ref('milestones') }} as m
)

select * from final
order by is_sample, programme, cohort_year, month, area_code, milestone_order
