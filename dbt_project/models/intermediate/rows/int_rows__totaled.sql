-- What one submission answers from the rows of its tables. Grain: indicator × account × breakdown × submission × period.
-- A filed table without a row of some code says zero of it, and so does a roster without a task of the year; a column
-- left blank in every row says nothing (int_rows__unanswered).
{{ config(materialized='incremental', pre_hook="{{ make_room('submission') }}") }}
with summed as (
    select * from {{ ref('int_rows__summed') }}
    where {{ in_scope('submission') }}
),

asked as (
    select
        s.submission_id,
        s.source_kind,
        s.is_sample,
        s.programme,
        s.unit_code,
        s.period,
        a.indicator,
        a.kind,
        a.account,
        a.field
    from {{ ref('int_submissions__in_force') }} as s
    inner join {{ ref('indicator_accounts') }} as a on s.form = a.form
    where a.from_rows and a.kind <> 'ratio' and {{ in_scope('submission', 's') }}
),

unanswered as (
    select indicator, account, submission_id, '' as dim_code
    from {{ ref('int_rows__unanswered') }}
    where member = '' and {{ in_scope('submission') }}
    union all
    select u.indicator, u.account, u.submission_id, d.dim_code
    from {{ ref('int_rows__unanswered') }} as u
    inner join {{ ref('dimension_members') }} as d on u.base_dim = d.base_dim and u.member = d.member
    where {{ in_scope('submission', 'u') }}
),

answered as (
    select asked.*, b.dim_name, b.dim_code
    from asked
    inner join {{ ref('int_rows__breakdowns') }} as b
        on asked.indicator = b.indicator and asked.account = b.account and asked.is_sample = b.is_sample
    anti join unanswered as u
        on asked.indicator = u.indicator and asked.account = u.account and asked.submission_id = u.submission_id
       and u.dim_code = ''
),

-- one answer a month, and a year's figure is its December
valued as (
    select
        answered.* exclude (period),
        unnest(case when right(answered.period, 3) = '-12' then [answered.period, left(answered.period, 4)] else [answered.period] end) as period,
        coalesce(summed.value, 0)::decimal(38, 8) as value
    from answered
    left join summed
        on answered.indicator = summed.indicator and answered.account = summed.account
       and answered.submission_id = summed.submission_id and answered.dim_code = summed.dim_code
    where summed.value is not null or not exists (
        select 1 from unanswered as u
        where u.indicator = answered.indicator and u.account = answered.account
          and u.submission_id = answered.submission_id and u.dim_code = answered.dim_code
    )
)

select
    source_kind,
    is_sample,
    programme,
    indicator,
    dim_name,
    dim_code,
    unit_code,
    period,
    value,
    submission_id,
    account,
    field
from valued
