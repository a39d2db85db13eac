-- How many tasks were still open, and how many reached the later milestone, in each month after the earlier one, with
-- what is still open at the lock censored there (Kaplan and Meier). The share not yet reached after k months is the
-- product of 1 − reached ÷ at_risk over the rows up to k; both stay whole numbers here, so that it is exact.
-- Grain: kind of data × programme × cohort × month of the lock × area × pair × months since the earlier milestone.
{{ config(materialized='incremental', pre_hook="{{ make_room('cohort') }}") }}
with by_unit as (
    select
        is_sample, programme, month, cohort_year, unit_code, from_milestone, to_milestone, months,
        count(*) filter (where is_reached) as reached,
        count(*) filter (where not is_reached) as censored
    from {{ ref('int_j4__spans') }}
    where {{ in_scope('lock') }}
    group by all
),

counted as (
    select
        s.is_sample, s.programme, s.cohort_year, s.month, c.area_code, s.from_milestone, s.to_milestone,
        s.months as months_since,
        sum(s.reached) as reached,
        sum(s.censored) as censored
    from by_unit as s
    inner join {{ ref('area_closure') }} as c on s.unit_code = c.unit_code
    where {{ in_scope('area of rosters', 'c') }}
    group by all
),

final as (
    select
        is_sample::boolean as is_sample,
        programme::varchar as programme,
        cohort_year::integer as cohort_year,
        month::varchar as month,
        area_code::varchar as area_code,
        from_milestone::varchar as from_milestone,
        to_milestone::varchar as to_milestone,
        months_since::integer as months_since,
        (sum(reached + censored) over (
            partition by is_sample, programme, cohort_year, month, area_code, from_milestone, to_milestone
            order by months_since desc
        ))::integer as at_risk,
        reached::integer as reached,
        censored::integer as censored
    from counted
)

select * from final
order by is_sample, programme, cohort_year, month, area_code, from_milestone, to_milestone, months_since
