-- How many tasks of each plan year ever reached a milestone by the end of a month, by its date on the rosters in force.
-- Grain: kind of data × programme × cohort × month × area × milestone. Withdrawn tasks are left out.
with final as (
    select
        m.is_sample::boolean as is_sample,
        m.programme::varchar as programme,
        m.cohort_year::integer as cohort_year,
        m.month::varchar as month,
        c.area_code::varchar as area_code,
        m.milestone::varchar as milestone,
        m.milestone_order::integer as milestone_order,
        count(*)::integer as tasks,
        count(m.reached_on)::integer as communities,
        coalesce(sum(m.households) filter (where m.reached_on is not null), 0)::decimal(38, 8) as households,
        count(*) filter (where m.is_undated)::integer as undated
    from {{ ref('int_j4__milestones') }} as m
    inner join {{ ref('area_closure') }} as c on m.unit_code = c.unit_code
    group by all
)

select * from final
order by is_sample, programme, cohort_year, month, area_code, milestone_order
