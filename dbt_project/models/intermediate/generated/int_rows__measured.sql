-- Generated from rulebook/indicators by ingestion.row_measures (`make seeds`); never edited by hand.
-- The cells that each indicator takes from the rows of tables. Grain: indicator × cell × breakdown.
select
    'funds_planned' as indicator,
    'J3F' as account,
    'J3F.planned' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.planned as value
from {{ ref('int_j3f__in_force') }} as r
where r.planned is not null
union all
select
    'funds_allotted' as indicator,
    'J3F' as account,
    'J3F.allotted' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.allotted as value
from {{ ref('int_j3f__in_force') }} as r
where r.allotted is not null
union all
select
    'funds_arrived' as indicator,
    'J3F' as account,
    'J3F.arrived' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.arrived as value
from {{ ref('int_j3f__in_force') }} as r
where r.arrived is not null
union all
select
    'funds_paid' as indicator,
    'J3F' as account,
    'J3F.paid' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.paid as value
from {{ ref('int_j3f__in_force') }} as r
where r.paid is not null
union all
select
    'funds_returned' as indicator,
    'J3F' as account,
    'J3F.returned' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    case when r.carry_out is not null then coalesce(r.returned, 0) else r.returned end as value
from {{ ref('int_j3f__in_force') }} as r
where case when r.carry_out is not null then coalesce(r.returned, 0) else r.returned end is not null
union all
select
    'funds_balance' as indicator,
    'J3F' as account,
    'J3F.carry_out' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.carry_out as value
from {{ ref('int_j3f__in_force') }} as r
where r.carry_out is not null
union all
select
    'funds_opening' as indicator,
    'J3F' as account,
    'J3F.carry_in' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.carry_in as value
from {{ ref('int_j3f__in_force') }} as r
where r.carry_in is not null
union all
select
    'cohort_central_on_basic' as indicator,
    'J4F' as account,
    'J4F.planned' as field,
    '' as base_dim,
    '' as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.planned as value
from {{ ref('int_j4f__in_force') }} as r
where r.src in ('F10', 'F11', 'F12', 'F19')
  and r.planned is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
      and p.plan_year = p.period_year
      and p.has_jc
  )
union all
select
    'cohort_central_outside_basic' as indicator,
    'J4F' as account,
    'J4F.planned' as field,
    '' as base_dim,
    '' as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.planned as value
from {{ ref('int_j4f__in_force') }} as r
where r.src in ('F10', 'F11', 'F12', 'F19')
  and r.planned is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
      and p.plan_year = p.period_year
      and not p.has_jc
  )
union all
select
    'cohort_investment_basic' as indicator,
    'J4' as account,
    'J4.inv_jc' as field,
    '' as base_dim,
    '' as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.inv_jc as value
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
  and r.has_jc
  and r.inv_jc is not null
union all
select
    'roster_communities' as indicator,
    'J4' as account,
    'J4.task_id' as field,
    '' as base_dim,
    '' as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    1 as value
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
  and r.stage in ('ST01', 'ST02', 'ST03', 'ST04', 'ST05', 'ST06', 'ST07', 'ST08', 'ST09', 'ST10', 'ST11', 'ST90', 'ST99')
  and 1 is not null
union all
select
    'roster_households' as indicator,
    'J4' as account,
    'J4.hh' as field,
    '' as base_dim,
    '' as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.hh as value
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
  and r.stage in ('ST01', 'ST02', 'ST03', 'ST04', 'ST05', 'ST06', 'ST07', 'ST08', 'ST09', 'ST10', 'ST11', 'ST90', 'ST99')
  and r.hh is not null
union all
select
    'roster_started_communities' as indicator,
    'J4' as account,
    'J4.task_id' as field,
    '' as base_dim,
    '' as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    1 as value
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
  and r.stage in ('ST07', 'ST08', 'ST09', 'ST10', 'ST11', 'ST90')
  and 1 is not null
union all
select
    'cohort_funds_planned' as indicator,
    'J4F' as account,
    'J4F.planned' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.planned as value
from {{ ref('int_j4f__in_force') }} as r
where r.planned is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
      and p.plan_year = p.period_year
  )
union all
select
    'cohort_funds_allotted' as indicator,
    'J4F' as account,
    'J4F.allotted' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.allotted as value
from {{ ref('int_j4f__in_force') }} as r
where r.allotted is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
      and p.plan_year = p.period_year
  )
union all
select
    'cohort_funds_arrived' as indicator,
    'J4F' as account,
    'J4F.arrived' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.arrived as value
from {{ ref('int_j4f__in_force') }} as r
where r.arrived is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
      and p.plan_year = p.period_year
  )
union all
select
    'cohort_funds_paid' as indicator,
    'J4F' as account,
    'J4F.paid' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.paid as value
from {{ ref('int_j4f__in_force') }} as r
where r.paid is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
      and p.plan_year = p.period_year
  )
union all
select
    'cohort_funds_returned' as indicator,
    'J4F' as account,
    'J4F.returned' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    case when r.paid is not null then coalesce(r.returned, 0) else r.returned end as value
from {{ ref('int_j4f__in_force') }} as r
where case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
      and p.plan_year = p.period_year
  )
union all
select
    'cohort_funds_balance' as indicator,
    'J4F' as account,
    'J4F.arrived' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.arrived as value
from {{ ref('int_j4f__in_force') }} as r
where r.arrived is not null
  and r.paid is not null
  and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
      and p.plan_year = p.period_year
  )
union all
select
    'cohort_funds_balance' as indicator,
    'J4F' as account,
    'J4F.paid' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    -1 as weight,
    r.paid as value
from {{ ref('int_j4f__in_force') }} as r
where r.arrived is not null
  and r.paid is not null
  and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
      and p.plan_year = p.period_year
  )
union all
select
    'cohort_funds_balance' as indicator,
    'J4F' as account,
    'J4F.returned' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    -1 as weight,
    case when r.paid is not null then coalesce(r.returned, 0) else r.returned end as value
from {{ ref('int_j4f__in_force') }} as r
where r.arrived is not null
  and r.paid is not null
  and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
      and p.plan_year = p.period_year
  )
union all
select
    'cohort_investment_planned' as indicator,
    'J4' as account,
    'J4.inv_total' as field,
    '' as base_dim,
    '' as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.inv_total as value
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
  and r.inv_total is not null
union all
select
    'cohort_investment_planned' as indicator,
    'J4' as account,
    'J4.inv_jc' as field,
    'content' as base_dim,
    'JC' as member,
    false as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.inv_jc as value
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
  and r.inv_jc is not null
union all
select
    'cohort_investment_planned' as indicator,
    'J4' as account,
    'J4.inv_ws' as field,
    'content' as base_dim,
    'WS' as member,
    false as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.inv_ws as value
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
  and r.inv_ws is not null
union all
select
    'cohort_investment_planned' as indicator,
    'J4' as account,
    'J4.inv_ts' as field,
    'content' as base_dim,
    'TS' as member,
    false as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.inv_ts as value
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
  and r.inv_ts is not null
union all
select
    'cohort_investment_planned' as indicator,
    'J4C' as account,
    'J4C.invest' as field,
    'content' as base_dim,
    coalesce(r.item, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.invest as value
from {{ ref('int_j4c__in_force') }} as r
where r.invest is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
      and p.plan_year = p.period_year
  )
union all
select
    'cohort_investment_done' as indicator,
    'J4' as account,
    'J4.inv_done_total' as field,
    '' as base_dim,
    '' as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.inv_done_total as value
from {{ ref('int_j4__in_force') }} as r
where r.membership in ('M1')
  and r.rec_status in ('A')
  and r.plan_year = r.period_year
  and r.inv_done_total is not null
union all
select
    'roster_funds_allotted' as indicator,
    'J4F' as account,
    'J4F.allotted' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.allotted as value
from {{ ref('int_j4f__in_force') }} as r
where r.allotted is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
  )
union all
select
    'roster_funds_arrived' as indicator,
    'J4F' as account,
    'J4F.arrived' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.arrived as value
from {{ ref('int_j4f__in_force') }} as r
where r.arrived is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
  )
union all
select
    'roster_funds_paid' as indicator,
    'J4F' as account,
    'J4F.paid' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.paid as value
from {{ ref('int_j4f__in_force') }} as r
where r.paid is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
  )
union all
select
    'roster_funds_returned' as indicator,
    'J4F' as account,
    'J4F.returned' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    case when r.paid is not null then coalesce(r.returned, 0) else r.returned end as value
from {{ ref('int_j4f__in_force') }} as r
where case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
  )
union all
select
    'roster_funds_balance' as indicator,
    'J4F' as account,
    'J4F.arrived' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.arrived as value
from {{ ref('int_j4f__in_force') }} as r
where r.arrived is not null
  and r.paid is not null
  and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
  )
union all
select
    'roster_funds_balance' as indicator,
    'J4F' as account,
    'J4F.paid' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    -1 as weight,
    r.paid as value
from {{ ref('int_j4f__in_force') }} as r
where r.arrived is not null
  and r.paid is not null
  and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
  )
union all
select
    'roster_funds_balance' as indicator,
    'J4F' as account,
    'J4F.returned' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    -1 as weight,
    case when r.paid is not null then coalesce(r.returned, 0) else r.returned end as value
from {{ ref('int_j4f__in_force') }} as r
where r.arrived is not null
  and r.paid is not null
  and case when r.paid is not null then coalesce(r.returned, 0) else r.returned end is not null
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
  )
union all
select
    'funds_idle_upper_bound' as indicator,
    'J4F' as account,
    'J4F.arrived' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    1 as weight,
    r.arrived as value
from {{ ref('int_j4f__in_force') }} as r
where (r.first_arr is null or r.first_arr + interval 12 month <= r.period_end)
  and r.arrived is not null
  and case when r.arrived is not null then coalesce(r.paid, 0) else r.paid end is not null
  and case when r.arrived is not null then coalesce(r.returned, 0) else r.returned end is not null
  and r.arrived - case when r.arrived is not null then coalesce(r.paid, 0) else r.paid end - case when r.arrived is not null then coalesce(r.returned, 0) else r.returned end > 0
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
  )
union all
select
    'funds_idle_upper_bound' as indicator,
    'J4F' as account,
    'J4F.paid' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    -1 as weight,
    case when r.arrived is not null then coalesce(r.paid, 0) else r.paid end as value
from {{ ref('int_j4f__in_force') }} as r
where (r.first_arr is null or r.first_arr + interval 12 month <= r.period_end)
  and r.arrived is not null
  and case when r.arrived is not null then coalesce(r.paid, 0) else r.paid end is not null
  and case when r.arrived is not null then coalesce(r.returned, 0) else r.returned end is not null
  and r.arrived - case when r.arrived is not null then coalesce(r.paid, 0) else r.paid end - case when r.arrived is not null then coalesce(r.returned, 0) else r.returned end > 0
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
  )
union all
select
    'funds_idle_upper_bound' as indicator,
    'J4F' as account,
    'J4F.returned' as field,
    'source' as base_dim,
    coalesce(r.src, '') as member,
    true as in_total,
    r.submission_id,
    r.row_no,
    -1 as weight,
    case when r.arrived is not null then coalesce(r.returned, 0) else r.returned end as value
from {{ ref('int_j4f__in_force') }} as r
where (r.first_arr is null or r.first_arr + interval 12 month <= r.period_end)
  and r.arrived is not null
  and case when r.arrived is not null then coalesce(r.paid, 0) else r.paid end is not null
  and case when r.arrived is not null then coalesce(r.returned, 0) else r.returned end is not null
  and r.arrived - case when r.arrived is not null then coalesce(r.paid, 0) else r.paid end - case when r.arrived is not null then coalesce(r.returned, 0) else r.returned end > 0
  and exists (
    select 1 from {{ ref('int_j4__in_force') }} as p
    where p.submission_id = r.submission_id and p.task_id = r.task_id
      and p.membership in ('M1')
      and p.rec_status in ('A')
  )
