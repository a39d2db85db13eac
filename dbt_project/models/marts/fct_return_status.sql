-- Who filed what. A unit that filed other periods of a form and not this one is missing, with no other reason known.
{{ config(materialized='incremental', pre_hook="{{ make_room('status') }}") }}
with submissions as (
    select *
    from {{ ref('stg_register__submissions') }}
    where source_id is null and form is not null and unit_code is not null and period is not null
      and ({{ as_of_limit() }} = '' or decided_at <= {{ as_of_limit() }})
      and {{ in_scope('status') }}
),

latest as (
    select *
    from submissions
    qualify row_number() over (
        partition by is_sample, form, unit_code, period
        order by (status = 'accepted') desc, received_at desc, seq desc
    ) = 1
),

counted as (
    select is_sample, form, unit_code, period, count(*) as versions
    from submissions
    group by is_sample, form, unit_code, period
),

asked as (
    select distinct p.is_sample, p.form, p.period, u.unit_code, u.province_code
    from (select distinct is_sample, form, period, province_code from submissions) as p
    inner join (select distinct is_sample, form, unit_code, province_code from submissions) as u
        on p.is_sample = u.is_sample and p.form = u.form and p.province_code = u.province_code
),

final as (
    select
        asked.is_sample::boolean as is_sample,
        asked.form::varchar as form,
        asked.period::varchar as period,
        asked.unit_code::varchar as unit_code,
        asked.province_code::varchar as province_code,
        coalesce(latest.status, 'missing')::varchar as status,
        coalesce(counted.versions, 0)::integer as versions,
        latest.received_at::varchar as received_at,
        (latest.submission_id is null)::boolean as is_missing
    from asked
    left join latest
        on asked.is_sample = latest.is_sample and asked.form = latest.form and asked.period = latest.period
       and asked.unit_code = latest.unit_code
    left join counted
        on asked.is_sample = counted.is_sample and asked.form = counted.form and asked.period = counted.period
       and asked.unit_code = counted.unit_code
)

select * from final
order by is_sample, form, period, unit_code
