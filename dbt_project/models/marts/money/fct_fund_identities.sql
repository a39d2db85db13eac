-- Whether opening + arrived − paid − returned is closing, to the last digit filed. Grain: unit × period × account × source.
-- depends_on: {{ ref('int_plans__by_period') }}
{{ config(materialized='incremental', pre_hook="{{ make_room('filer') }}") }}
with ledger as (
    select * from {{ ref('fct_fund_ledger') }} where account in ('J2', 'J3F') and not is_part and {{ in_scope('filer') }}
),

filed as (
    select
        is_sample,
        programme,
        province_code,
        unit_code,
        period,
        calendar_year,
        account,
        coalesce(source, '') as source,
        submission_id,
        max(amount) filter (where movement = 'opening') as opening,
        max(amount) filter (where movement = 'arrived') as arrived,
        max(amount) filter (where movement = 'paid') as paid,
        max(amount) filter (where movement = 'returned') as returned_filed,
        max(amount) filter (where movement = 'closing') as closing
    from ledger
    where movement in ('opening', 'arrived', 'paid', 'returned', 'closing')
    group by all
),

-- a return of money need not be filed: blank beside a closing balance is none, as in the figures
settled as (
    select
        * exclude (returned_filed),
        coalesce(returned_filed, case when closing is not null then 0 end) as returned
    from filed
),

compared as (
    select
        s.*,
        s.opening + s.arrived - s.paid - s.returned - s.closing as residual,
        b.closing as closing_before,
        s.opening - b.closing as opening_gap
    from settled as s
    left join settled as b
        on s.is_sample = b.is_sample and s.programme = b.programme and s.unit_code = b.unit_code
       and s.account = b.account and s.source = b.source and s.calendar_year = b.calendar_year + 1
       and (b.account = 'J3F' or right(b.period, 3) = '-12')
),

final as (
    select
        is_sample::boolean as is_sample,
        programme::varchar as programme,
        province_code::varchar as province_code,
        unit_code::varchar as unit_code,
        period::varchar as period,
        account::varchar as account,
        source::varchar as source,
        opening::decimal(38, 8) as opening,
        arrived::decimal(38, 8) as arrived,
        paid::decimal(38, 8) as paid,
        returned::decimal(38, 8) as returned,
        closing::decimal(38, 8) as closing,
        residual::decimal(38, 8) as residual,
        closing_before::decimal(38, 8) as closing_before,
        opening_gap::decimal(38, 8) as opening_gap,
        case
            when residual <> 0 or opening_gap <> 0 then 'violated'
            when residual is null then 'cannot_tell'
            else 'holds'
        end::varchar as verdict,
        submission_id::varchar as submission_id
    from compared
)

select * from final
order by is_sample, programme, account, period, unit_code, source
