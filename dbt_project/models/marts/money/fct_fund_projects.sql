-- Money of an approval project, life to date. Grain: unit × period × project × plan year. A view: asked for by unit.
{{ config(materialized='view', meta={'preview': false}) }}
with ledger as (
    select * from {{ ref('fct_fund_ledger') }} where task_id is not null and counts and not is_part
),

tasks as (
    select
        submission_id,
        proj_id,
        plan_year::integer as plan_year,
        count(*) as communities,
        case when count(hh) = count(*) then sum(hh) end as households,
        case when count(area) = count(*) then sum(area) end as area_sqm
    from {{ ref('int_j4__in_force') }}
    where membership = 'M1' and rec_status = 'A'
    group by all
),

-- a balance is of rows that say both what came and what was paid: a row that says one alone leaves it unknown
rows_filed as (
    select
        submission_id,
        proj_id,
        cohort_year,
        sum(amount) filter (where movement = 'planned') as planned,
        sum(amount) filter (where movement = 'allotted') as allotted,
        sum(amount) filter (where movement = 'arrived') as arrived,
        sum(amount) filter (where movement = 'paid') as paid,
        sum(amount) filter (where movement = 'returned') as returned,
        sum(amount) filter (where movement = 'investment_planned') as investment_planned,
        sum(amount) filter (where movement = 'investment_done') as investment_done
    from ledger
    group by submission_id, proj_id, cohort_year, account, row_no
),

summed as (
    select
        submission_id,
        proj_id,
        cohort_year,
        sum(planned) as planned,
        sum(allotted) as allotted,
        sum(arrived) as arrived,
        sum(paid) as paid,
        sum(returned) as returned,
        case when bool_and((arrived is null) = (paid is null)) then sum(arrived - paid - coalesce(returned, 0)) end as balance,
        sum(investment_planned) as investment_planned,
        sum(investment_done) as investment_done
    from rows_filed
    group by all
),

final as (
    select
        s.is_sample::boolean as is_sample,
        s.programme::varchar as programme,
        s.province_code::varchar as province_code,
        s.unit_code::varchar as unit_code,
        s.period::varchar as period,
        t.proj_id::varchar as proj_id,
        t.plan_year::integer as cohort_year,
        t.communities::integer as communities,
        t.households::decimal(38, 8) as households,
        t.area_sqm::decimal(38, 8) as area_sqm,
        m.planned::decimal(38, 8) as planned,
        m.allotted::decimal(38, 8) as allotted,
        m.arrived::decimal(38, 8) as arrived,
        m.paid::decimal(38, 8) as paid,
        m.returned::decimal(38, 8) as returned,
        m.balance::decimal(38, 8) as balance,
        m.investment_planned::decimal(38, 8) as investment_planned,
        m.investment_done::decimal(38, 8) as investment_done,
        t.submission_id::varchar as submission_id
    from tasks as t
    inner join {{ ref('int_submissions__in_force') }} as s on t.submission_id = s.submission_id
    left join summed as m
        on t.submission_id = m.submission_id and t.proj_id is not distinct from m.proj_id and t.plan_year = m.cohort_year
)

select * from final
