-- Generated from rulebook/indicators by ingestion.row_measures (`make seeds`); never edited by hand.
-- Returns in force that had something to fill in for an indicator and filled none of it.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('submissions') }}", "{{ make_room('submission') }}"], post_hook="{{ ask_all() }}") }}
select *
from (
select
    'funds_planned' as indicator,
    'J3F' as account,
    '' as base_dim,
    '' as member,
    s.submission_id
from {{ ref('int_submissions__in_force') }} as s
left join {{ ref('int_j3f__in_force') }} as r on s.submission_id = r.submission_id
where s.form = 'J3'
group by s.submission_id
having count(*) filter (
    where r.planned is not null
) = 0
union all
select
    'funds_planned' as indicator,
    'J3F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    r.submission_id
from {{ ref('int_j3f__in_force') }} as r
group by r.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.planned is not null
) = 0
union all
select
    'funds_allotted' as indicator,
    'J3F' as account,
    '' as base_dim,
    '' as member,
    s.submission_id
from {{ ref('int_submissions__in_force') }} as s
left join {{ ref('int_j3f__in_force') }} as r on s.submission_id = r.submission_id
where s.form = 'J3'
group by s.submission_id
having count(*) filter (
    where r.allotted is not null
) = 0
union all
select
    'funds_allotted' as indicator,
    'J3F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    r.submission_id
from {{ ref('int_j3f__in_force') }} as r
group by r.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.allotted is not null
) = 0
union all
select
    'funds_arrived' as indicator,
    'J3F' as account,
    '' as base_dim,
    '' as member,
    s.submission_id
from {{ ref('int_submissions__in_force') }} as s
left join {{ ref('int_j3f__in_force') }} as r on s.submission_id = r.submission_id
where s.form = 'J3'
group by s.submission_id
having count(*) filter (
    where r.arrived is not null
) = 0
union all
select
    'funds_arrived' as indicator,
    'J3F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    r.submission_id
from {{ ref('int_j3f__in_force') }} as r
group by r.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.arrived is not null
) = 0
union all
select
    'funds_paid' as indicator,
    'J3F' as account,
    '' as base_dim,
    '' as member,
    s.submission_id
from {{ ref('int_submissions__in_force') }} as s
left join {{ ref('int_j3f__in_force') }} as r on s.submission_id = r.submission_id
where s.form = 'J3'
group by s.submission_id
having count(*) filter (
    where r.paid is not null
) = 0
union all
select
    'funds_paid' as indicator,
    'J3F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    r.submission_id
from {{ ref('int_j3f__in_force') }} as r
group by r.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.paid is not null
) = 0
union all
select
    'funds_returned' as indicator,
    'J3F' as account,
    '' as base_dim,
    '' as member,
    s.submission_id
from {{ ref('int_submissions__in_force') }} as s
left join {{ ref('int_j3f__in_force') }} as r on s.submission_id = r.submission_id
where s.form = 'J3'
group by s.submission_id
having count(*) filter (
    where case when r.carry_out is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
union all
select
    'funds_returned' as indicator,
    'J3F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    r.submission_id
from {{ ref('int_j3f__in_force') }} as r
group by r.submission_id, coalesce(r.src, '')
having count(*) filter (
    where case when r.carry_out is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
union all
select
    'funds_balance' as indicator,
    'J3F' as account,
    '' as base_dim,
    '' as member,
    s.submission_id
from {{ ref('int_submissions__in_force') }} as s
left join {{ ref('int_j3f__in_force') }} as r on s.submission_id = r.submission_id
where s.form = 'J3'
group by s.submission_id
having count(*) filter (
    where r.carry_out is not null
) = 0
union all
select
    'funds_balance' as indicator,
    'J3F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    r.submission_id
from {{ ref('int_j3f__in_force') }} as r
group by r.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.carry_out is not null
) = 0
union all
select
    'funds_opening' as indicator,
    'J3F' as account,
    '' as base_dim,
    '' as member,
    s.submission_id
from {{ ref('int_submissions__in_force') }} as s
left join {{ ref('int_j3f__in_force') }} as r on s.submission_id = r.submission_id
where s.form = 'J3'
group by s.submission_id
having count(*) filter (
    where r.carry_in is not null
) = 0
union all
select
    'funds_opening' as indicator,
    'J3F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    r.submission_id
from {{ ref('int_j3f__in_force') }} as r
group by r.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.carry_in is not null
) = 0
union all
select
    'cohort_central_on_basic' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
  and p.has_jc
group by p.submission_id
having count(*) filter (
    where r.planned is not null
) = 0
union all
select
    'cohort_central_outside_basic' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
  and not p.has_jc
group by p.submission_id
having count(*) filter (
    where r.planned is not null
) = 0
union all
select
    'cohort_investment_basic' as indicator,
    'J4' as account,
    '' as base_dim,
    '' as member,
    r.submission_id
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
  and r.has_jc
group by r.submission_id
having count(*) filter (
    where r.inv_jc is not null
) = 0
union all
select
    'roster_households' as indicator,
    'J4' as account,
    '' as base_dim,
    '' as member,
    r.submission_id
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
  and r.stage in ('ST01', 'ST02', 'ST03', 'ST04', 'ST05', 'ST06', 'ST07', 'ST08', 'ST09', 'ST10', 'ST11', 'ST90', 'ST99')
group by r.submission_id
having count(*) filter (
    where r.hh is not null
) = 0
union all
select
    'cohort_funds_planned' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id
having count(*) filter (
    where r.planned is not null
) = 0
union all
select
    'cohort_funds_planned' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.planned is not null
) = 0
union all
select
    'cohort_funds_allotted' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id
having count(*) filter (
    where r.allotted is not null
) = 0
union all
select
    'cohort_funds_allotted' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.allotted is not null
) = 0
union all
select
    'cohort_funds_arrived' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id
having count(*) filter (
    where r.arrived is not null
) = 0
union all
select
    'cohort_funds_arrived' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.arrived is not null
) = 0
union all
select
    'cohort_funds_paid' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id
having count(*) filter (
    where r.paid is not null
) = 0
union all
select
    'cohort_funds_paid' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.paid is not null
) = 0
union all
select
    'cohort_funds_returned' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id
having count(*) filter (
    where case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
union all
select
    'cohort_funds_returned' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
union all
select
    'cohort_funds_balance' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id
having count(*) filter (
    where r.arrived is not null
  and r.paid is not null
  and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
union all
select
    'cohort_funds_balance' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.arrived is not null
  and r.paid is not null
  and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
union all
select
    'cohort_investment_planned' as indicator,
    'J4' as account,
    '' as base_dim,
    '' as member,
    r.submission_id
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
group by r.submission_id
having count(*) filter (
    where r.inv_total is not null
) = 0
union all
select
    'cohort_investment_planned' as indicator,
    'J4' as account,
    'content' as base_dim,
    'JC' as member,
    r.submission_id
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
group by r.submission_id
having count(*) filter (
    where r.inv_jc is not null
) = 0
union all
select
    'cohort_investment_planned' as indicator,
    'J4' as account,
    'content' as base_dim,
    'WS' as member,
    r.submission_id
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
group by r.submission_id
having count(*) filter (
    where r.inv_ws is not null
) = 0
union all
select
    'cohort_investment_planned' as indicator,
    'J4' as account,
    'content' as base_dim,
    'TS' as member,
    r.submission_id
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
group by r.submission_id
having count(*) filter (
    where r.inv_ts is not null
) = 0
union all
select
    'cohort_investment_planned' as indicator,
    'J4C' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4c__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id
having count(*) filter (
    where r.invest is not null
) = 0
union all
select
    'cohort_investment_planned' as indicator,
    'J4C' as account,
    'content' as base_dim,
    coalesce(r.item, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4c__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
  and p.plan_year = p.period_year
group by p.submission_id, coalesce(r.item, '')
having count(*) filter (
    where r.invest is not null
) = 0
union all
select
    'cohort_investment_done' as indicator,
    'J4' as account,
    '' as base_dim,
    '' as member,
    r.submission_id
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
group by r.submission_id
having count(*) filter (
    where r.inv_done_total is not null
) = 0
union all
select
    'roster_funds_allotted' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id
having count(*) filter (
    where r.allotted is not null
) = 0
union all
select
    'roster_funds_allotted' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.allotted is not null
) = 0
union all
select
    'roster_funds_arrived' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id
having count(*) filter (
    where r.arrived is not null
) = 0
union all
select
    'roster_funds_arrived' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.arrived is not null
) = 0
union all
select
    'roster_funds_paid' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id
having count(*) filter (
    where r.paid is not null
) = 0
union all
select
    'roster_funds_paid' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.paid is not null
) = 0
union all
select
    'roster_funds_returned' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id
having count(*) filter (
    where case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
union all
select
    'roster_funds_returned' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
union all
select
    'roster_funds_balance' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id
having count(*) filter (
    where r.arrived is not null
  and r.paid is not null
  and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
union all
select
    'roster_funds_balance' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.arrived is not null
  and r.paid is not null
  and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
union all
select
    'funds_idle_upper_bound' as indicator,
    'J4F' as account,
    '' as base_dim,
    '' as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
left join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id
having count(*) filter (
    where r.arrived is not null
  and case when r.arrived is not null then coalesce(r.paid, 0) else r.paid end is not null
  and case when r.arrived is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
union all
select
    'funds_idle_upper_bound' as indicator,
    'J4F' as account,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    p.submission_id
from {{ ref('int_j4__in_force') }} as p
inner join {{ ref('int_j4f__in_force') }} as r on p.submission_id = r.submission_id and p.task_id = r.task_id
where p.membership in ('M1')
  and p.rec_status in ('A')
group by p.submission_id, coalesce(r.src, '')
having count(*) filter (
    where r.arrived is not null
  and case when r.arrived is not null then coalesce(r.paid, 0) else r.paid end is not null
  and case when r.arrived is not null then coalesce(r.returned, 0) else r.returned end is not null
) = 0
) as found
where {{ asked('submissions', 'submission_id') }}
