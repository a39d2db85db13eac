-- Whether opening + arrived − paid − returned is closing, and opening is what closed the year before, to the last digit
-- filed. Grain: unit × period × account × source.
{%- set keys = ['is_sample', 'programme', 'account', 'unit_code', 'period'] %}
with ledger as (
    select * from {{ ref('fct_fund_ledger') }} where account in ('J2', 'J3F') and not is_part
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

-- what each return says with which sums it opened and closed: of a source that it does not name, zero
returns as (
    select
        is_sample,
        programme,
        province_code,
        unit_code,
        period,
        calendar_year,
        account,
        submission_id,
        count(opening) > 0 as says_opening,
        count(closing) filter (where account = 'J3F' or right(period, 3) = '-12') > 0 as ends_year
    from settled
    group by all
),

-- the codes that a unit's territory was under at the end of the year before: its own, and those that went into it
codes as (
    select {{ keys_of('r', keys) }}, r.calendar_year, r.unit_code as code, left(a.valid_from, 4) = r.calendar_year::varchar as is_begun
    from returns as r
    inner join {{ ref('areas') }} as a on r.unit_code = a.area_code
    union all
    select {{ keys_of('r', keys) }}, r.calendar_year, h.unit_code as code, false as is_begun
    from returns as r
    inner join {{ ref('area_heirs') }} as h
        on r.unit_code = h.heir_code and left(h.month, 4) = r.calendar_year::varchar and h.month <= {{ last_month('r.period') }}
),

-- a unit that began in the year closed nothing before it; where it filed under its code all the same, that is the whole
ended as (
    select
        c.* replace (coalesce(c.is_begun, false) as is_begun),
        e.unit_code is not null as is_heard,
        bool_or(coalesce(c.is_begun, false) and e.unit_code is not null) over (partition by {{ keys_of('c', keys) }}) as is_whole
    from codes as c
    left join returns as e
        on c.is_sample = e.is_sample and c.programme = e.programme and c.account = e.account and c.code = e.unit_code
       and c.calendar_year = e.calendar_year + 1 and e.ends_year
),

-- every one of them was heard, and no part of another unit came or went in between
known as (
    select {{ keys_of('t', keys) }}, t.calendar_year, t.code
    from ended as t
    where t.is_begun = t.is_whole
      and not exists (
          select 1 from {{ ref('area_breaks') }} as b
          where b.area_code = t.unit_code and b.accum is null and left(b.month, 4) = t.calendar_year::varchar
            and b.month <= {{ last_month('t.period') }}
            and (b.area_code, b.month) not in (select (h.heir_code, h.month) from {{ ref('area_heirs') }} as h)
      )
    qualify bool_and(t.is_heard) over (partition by {{ keys_of('t', keys) }})
),

closed as (
    select
        {{ keys_of('k', keys) }},
        s.source,
        case when count(s.closing) = count(*) then sum(s.closing) end as closing_before
    from known as k
    inner join settled as s
        on k.is_sample = s.is_sample and k.programme = s.programme and k.account = s.account and k.code = s.unit_code
       and k.calendar_year = s.calendar_year + 1 and (s.account = 'J3F' or right(s.period, 3) = '-12')
    group by all
),

-- a source that closed with money and is not named any more opened with none
gone as (
    select
        {{ keys_of('r', keys) }},
        r.province_code,
        r.submission_id,
        c.source,
        0 as opening,
        0 as arrived,
        0 as paid,
        0 as closing,
        0 as returned
    from returns as r
    inner join closed as c on {{ same_keys('r', 'c', keys) }}
    where r.says_opening and c.closing_before <> 0
      and not exists (select 1 from settled as s where s.submission_id = r.submission_id and s.source = c.source)
),

named as (
    select * from settled
    union all by name
    select * from gone
),

matched as (
    select
        n.*,
        case when c.source is not null then c.closing_before when k.unit_code is not null then 0 end as closing_before
    from named as n
    left join (select distinct {{ keys_of('x', keys) }} from known as x) as k on {{ same_keys('n', 'k', keys) }}
    left join closed as c on {{ same_keys('n', 'c', keys) }} and n.source = c.source
),

compared as (
    select
        *,
        opening + arrived - paid - returned - closing as residual,
        opening - closing_before as opening_gap
    from matched
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
