-- Generated from rulebook/indicators by ingestion.row_measures (`make seeds`); never edited by hand.
-- Returns in force that had something to fill in for an indicator and filled none of it.
-- noqa: disable=LT01,LT05
{{ config(materialized='incremental', pre_hook=["{{ ask_late('submissions') }}", "{{ make_room('submission') }}"], post_hook="{{ ask_all() }}") }}
select told.indicator, told.account, told.base_dim, told.member, submission_id
from (
    select s.submission_id, unnest([
        {'indicator': 'funds_planned', 'account': 'J3F', 'base_dim': '', 'member': '', 'answered': count(*) filter (where r.planned is not null) > 0},
        {'indicator': 'funds_allotted', 'account': 'J3F', 'base_dim': '', 'member': '', 'answered': count(*) filter (where r.allotted is not null) > 0},
        {'indicator': 'funds_arrived', 'account': 'J3F', 'base_dim': '', 'member': '', 'answered': count(*) filter (where r.arrived is not null) > 0},
        {'indicator': 'funds_paid', 'account': 'J3F', 'base_dim': '', 'member': '', 'answered': count(*) filter (where r.paid is not null) > 0},
        {'indicator': 'funds_returned', 'account': 'J3F', 'base_dim': '', 'member': '', 'answered': count(*) filter (where case when r.carry_out is not null then coalesce(r.returned, 0) else r.returned end is not null) > 0},
        {'indicator': 'funds_balance', 'account': 'J3F', 'base_dim': '', 'member': '', 'answered': count(*) filter (where r.carry_out is not null) > 0},
        {'indicator': 'funds_opening', 'account': 'J3F', 'base_dim': '', 'member': '', 'answered': count(*) filter (where r.carry_in is not null) > 0}
    ]) as told
    from (select s.submission_id from {{ ref('int_submissions__in_force') }} as s where s.form = 'J3') as s
    left join {{ ref('int_j3f__in_force') }} as r on s.submission_id = r.submission_id
    where {{ asked('submissions', 's.submission_id') }}
    group by s.submission_id
    union all
    select r.submission_id, unnest([
        {'indicator': 'funds_planned', 'account': 'J3F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.planned is not null)},
        {'indicator': 'funds_allotted', 'account': 'J3F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.allotted is not null)},
        {'indicator': 'funds_arrived', 'account': 'J3F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.arrived is not null)},
        {'indicator': 'funds_paid', 'account': 'J3F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.paid is not null)},
        {'indicator': 'funds_returned', 'account': 'J3F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(case when r.carry_out is not null then coalesce(r.returned, 0) else r.returned end is not null)},
        {'indicator': 'funds_balance', 'account': 'J3F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.carry_out is not null)},
        {'indicator': 'funds_opening', 'account': 'J3F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.carry_in is not null)}
    ]) as told
    from {{ ref('int_j3f__in_force') }} as r
    where {{ asked('submissions', 'r.submission_id') }}
    group by r.submission_id, coalesce(r.src, '')
    union all
    select p.submission_id, unnest([
        {'indicator': 'cohort_central_on_basic', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.planned is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year and p.has_jc)},
        {'indicator': 'cohort_central_outside_basic', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.planned is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year and not p.has_jc)},
        {'indicator': 'cohort_funds_planned', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.planned is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'cohort_funds_allotted', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.allotted is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'cohort_funds_arrived', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.arrived is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'cohort_funds_paid', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.paid is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'cohort_funds_returned', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'cohort_funds_balance', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.arrived is not null and r.paid is not null and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'roster_funds_allotted', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.allotted is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))},
        {'indicator': 'roster_funds_arrived', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.arrived is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))},
        {'indicator': 'roster_funds_paid', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.paid is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))},
        {'indicator': 'roster_funds_returned', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))},
        {'indicator': 'roster_funds_balance', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.arrived is not null and r.paid is not null and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))},
        {'indicator': 'funds_idle_upper_bound', 'account': 'J4F', 'base_dim': '', 'member': '', 'answered': bool_or(r.arrived is not null and case when r.arrived is not null then coalesce(r.paid, 0) else r.paid end is not null and case when r.arrived is not null then coalesce(r.returned, 0) else r.returned end is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))}
    ]) as told
    from {{ ref('int_j4__in_force') }} as p
    left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
    where {{ asked('submissions', 'p.submission_id') }}
    group by p.submission_id
    union all
    select r.submission_id, unnest([
        {'indicator': 'cohort_investment_basic', 'account': 'J4', 'base_dim': '', 'member': '', 'answered': bool_or(r.inv_jc is not null) filter (where r.membership in ('M1') and r.rec_status in ('A') and r.plan_year = r.period_year and r.has_jc)},
        {'indicator': 'roster_households', 'account': 'J4', 'base_dim': '', 'member': '', 'answered': bool_or(r.hh is not null) filter (where r.membership in ('M1') and r.rec_status in ('A') and r.plan_year = r.period_year and r.stage in ('ST01', 'ST02', 'ST03', 'ST04', 'ST05', 'ST06', 'ST07', 'ST08', 'ST09', 'ST10', 'ST11', 'ST90', 'ST99'))},
        {'indicator': 'cohort_investment_planned', 'account': 'J4', 'base_dim': '', 'member': '', 'answered': bool_or(r.inv_total is not null) filter (where r.membership in ('M1') and r.rec_status in ('A') and r.plan_year = r.period_year)},
        {'indicator': 'cohort_investment_planned', 'account': 'J4', 'base_dim': 'content', 'member': 'JC', 'answered': bool_or(r.inv_jc is not null) filter (where r.membership in ('M1') and r.rec_status in ('A') and r.plan_year = r.period_year)},
        {'indicator': 'cohort_investment_planned', 'account': 'J4', 'base_dim': 'content', 'member': 'WS', 'answered': bool_or(r.inv_ws is not null) filter (where r.membership in ('M1') and r.rec_status in ('A') and r.plan_year = r.period_year)},
        {'indicator': 'cohort_investment_planned', 'account': 'J4', 'base_dim': 'content', 'member': 'TS', 'answered': bool_or(r.inv_ts is not null) filter (where r.membership in ('M1') and r.rec_status in ('A') and r.plan_year = r.period_year)},
        {'indicator': 'cohort_investment_done', 'account': 'J4', 'base_dim': '', 'member': '', 'answered': bool_or(r.inv_done_total is not null) filter (where r.membership in ('M1') and r.rec_status in ('A') and r.plan_year = r.period_year)}
    ]) as told
    from {{ ref('int_j4__in_force') }} as r
    where {{ asked('submissions', 'r.submission_id') }}
    group by r.submission_id
    union all
    select p.submission_id, unnest([
        {'indicator': 'cohort_funds_planned', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.planned is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'cohort_funds_allotted', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.allotted is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'cohort_funds_arrived', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.arrived is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'cohort_funds_paid', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.paid is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'cohort_funds_returned', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'cohort_funds_balance', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.arrived is not null and r.paid is not null and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)},
        {'indicator': 'roster_funds_allotted', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.allotted is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))},
        {'indicator': 'roster_funds_arrived', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.arrived is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))},
        {'indicator': 'roster_funds_paid', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.paid is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))},
        {'indicator': 'roster_funds_returned', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))},
        {'indicator': 'roster_funds_balance', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.arrived is not null and r.paid is not null and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))},
        {'indicator': 'funds_idle_upper_bound', 'account': 'J4F', 'base_dim': 'source', 'member': coalesce(r.src, ''), 'answered': bool_or(r.arrived is not null and case when r.arrived is not null then coalesce(r.paid, 0) else r.paid end is not null and case when r.arrived is not null then coalesce(r.returned, 0) else r.returned end is not null) filter (where p.membership in ('M1') and p.rec_status in ('A'))}
    ]) as told
    from {{ ref('int_j4__in_force') }} as p
    inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
    where {{ asked('submissions', 'p.submission_id') }}
    group by p.submission_id, coalesce(r.src, '')
    union all
    select p.submission_id, unnest([
        {'indicator': 'cohort_investment_planned', 'account': 'J4C', 'base_dim': '', 'member': '', 'answered': bool_or(r.invest is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)}
    ]) as told
    from {{ ref('int_j4__in_force') }} as p
    left join {{ ref('int_j4c__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
    where {{ asked('submissions', 'p.submission_id') }}
    group by p.submission_id
    union all
    select p.submission_id, unnest([
        {'indicator': 'cohort_investment_planned', 'account': 'J4C', 'base_dim': 'content', 'member': coalesce(r.item, ''), 'answered': bool_or(r.invest is not null) filter (where p.membership in ('M1') and p.rec_status in ('A') and p.plan_year = p.period_year)}
    ]) as told
    from {{ ref('int_j4__in_force') }} as p
    inner join {{ ref('int_j4c__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
    where {{ asked('submissions', 'p.submission_id') }}
    group by p.submission_id, coalesce(r.item, '')
) as found
where not told.answered
