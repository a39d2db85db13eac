-- Every answer to every question, and which one the rule chooses. Grain: question × basis × group.
-- depends_on: {{ ref('fct_negative_flows') }}
{{ config(materialized='incremental', pre_hook=["{{ late_questions() }}", "{{ ask_late('questions') }}", "{{ make_room('question') }}"], post_hook="{{ ask_all() }}") }}
{%- set question = ['is_sample', 'programme', 'indicator', 'area_code', 'period', 'accum', 'dim_code'] %}
{%- set keys = question + ['source_kind', 'dim_name', 'basis', 'group_id'] %}
with contributions as (
    select * from {{ ref('int_contributions__all') }}
    where {{ in_scope('question') }}
),

-- what is filed is never printed, rounded or doubtful: nearly all rows do without asking for it
returned as (
    select
        {{ keys | join(', ') }},
        sum(weight * value::decimal(28, 8)) filter (where figure_role = 'value') as value,
        sum(value) filter (where figure_role = 'numerator') as numerator,
        sum(value) filter (where figure_role = 'denominator') as denominator,
        count(distinct unit_code) as units_reported,
        bool_or(abs(weight) <> 1) as is_estimate,
        case when count(*) > 1 and bool_and(figure_role = 'value') then 'exact' end as qualifier,
        case when min(submission_id) = max(submission_id) then min(submission_id) end as submission_id,
        false as is_doubtful,
        case when min(account) = max(account) then min(account) end as account
    from contributions
    where role = 'return'
    group by {{ keys | join(', ') }}
),

printed as (
    select
        {{ keys | join(', ') }},
        sum(weight * value::decimal(28, 8)) filter (where figure_role = 'value') as value,
        sum(value) filter (where figure_role = 'numerator') as numerator,
        sum(value) filter (where figure_role = 'denominator') as denominator,
        count(distinct unit_code) as units_reported,
        -- a count printed in full carries no rounding into a sum
        sum(weight * case when basis = 'summed' and half_unit <= 0.5 and value = floor(value) then 0 else half_unit end)
            filter (where figure_role = 'value') as half_unit,
        bool_or(abs(weight) <> 1) as is_estimate,
        case when count(*) = 1 and not bool_or(abs(weight) <> 1) then min(printed) end as printed,
        case
            when count(*) = 1 then min(qualifier)
            when bool_or(figure_role <> 'value') then null
            when count(*) filter (where qualifier <> 'exact') = 0 then 'exact'
            else 'about'
        end as qualifier,
        case when min(submission_id) = max(submission_id) then min(submission_id) end as submission_id,
        case when min(submission_id) = max(submission_id) then min(source_id) end as source_id,
        min(publisher) as publisher,
        max(published_on) as published_on,
        bool_or(is_doubtful) as is_doubtful
    from contributions
    where role <> 'return'
    group by {{ keys | join(', ') }}
),

summed as (
    select * from printed
    union all by name
    select * from returned
),

-- the last month of a period decides which units it expects: 2023, 2023-09, 2019/2022, 2023-01-01/2023-03-23
asked as (
    select distinct
        area_code,
        period,
        {{ last_month('period') }} as last_month
    from summed
    where basis <> 'filed'
),

expected_basic as (
    select a.area_code, a.period, count(*) as units
    from asked as a
    inner join {{ ref('area_closure') }} as c on a.area_code = c.area_code
    where c.area_code <> c.unit_code
      and a.last_month >= coalesce(c.valid_from, a.last_month) and a.last_month <= coalesce(c.valid_to, a.last_month)
    group by all
),

expected_children as (
    select a.area_code, a.period, count(*) as units
    from asked as a
    inner join {{ ref('areas') }} as c on a.area_code = c.parent_code
    where a.last_month >= coalesce(c.valid_from, a.last_month) and a.last_month <= coalesce(c.valid_to, a.last_month)
    group by all
),

covered as (
    select
        summed.* exclude (basis),
        summed.source_kind <> 'publication' as is_returned,
        case
            when summed.basis = 'filed' then 1
            when summed.source_kind <> 'publication' then coalesce(b.units, 0)
            else coalesce(c.units, 0)
        end as units_expected,
        summed.basis as asked_basis
    from summed
    left join expected_basic as b on summed.area_code = b.area_code and summed.period = b.period
    left join expected_children as c on summed.area_code = c.area_code and summed.period = c.period
),

-- rows that miss the total printed in the same publication leave somebody out, whom the register may not know
contradicted as (
    select distinct s.is_sample, s.programme, s.indicator, s.area_code, s.period, s.accum, s.dim_code, s.group_id
    from covered as s
    inner join covered as f
        on s.programme = f.programme and s.indicator = f.indicator and s.area_code = f.area_code and s.period = f.period
       and s.accum = f.accum and s.dim_code = f.dim_code and s.submission_id = f.submission_id
    where not s.is_returned and not f.is_returned and s.asked_basis = 'summed' and f.asked_basis = 'filed'
      and abs(s.value - f.value) > coalesce(s.half_unit, 0) + coalesce(f.half_unit, 0)
),

ranked as (
    select
        covered.* exclude (asked_basis, is_returned),
        case
            when asked_basis = 'filed' then 'filed'
            when units_reported < units_expected then 'partial'
            else 'summed'
        end as basis,
        case
            when asked_basis = 'summed' and units_reported >= units_expected and is_returned then 1
            when asked_basis = 'filed' and is_returned then 2
            when asked_basis = 'summed' and units_reported >= units_expected and x.group_id is null then 3
            when asked_basis = 'filed' then 4
            when is_returned then 5
            else 6
        end
        -- an estimate made from a printed count steps back behind any count really printed
        + case when is_estimate and source_kind = 'publication' then 5 else 0 end
        + case when is_doubtful then 10 else 0 end as preference
    from covered
    left join contradicted as x
        on covered.is_sample = x.is_sample and covered.programme = x.programme and covered.indicator = x.indicator
       and covered.area_code = x.area_code and covered.period = x.period and covered.accum = x.accum
       and covered.dim_code = x.dim_code and covered.group_id = x.group_id
),

-- nearly every question has one answer, which needs no order
contested as (
    select {{ question | join(', ') }}
    from ranked
    group by {{ question | join(', ') }}
    having count(*) > 1
),

final as (
    select *, 1::bigint as choice_rank
    from ranked
    anti join contested as c on {{ same_keys('ranked', 'c', question) }}
    union all
    select
        ranked.*,
        row_number() over (
            partition by {{ keys_of('ranked', question) }}
            order by
                ranked.preference, a.rank nulls last, p.rank nulls last, ranked.half_unit nulls first, ranked.published_on desc nulls last, ranked.group_id
        ) as choice_rank
    from ranked
    semi join contested as c on {{ same_keys('ranked', 'c', question) }}
    left join {{ ref('publishers') }} as p on ranked.publisher = p.publisher
    -- among returns, the account that the rule book names first
    left join {{ ref('indicator_accounts') }} as a on ranked.indicator = a.indicator and ranked.account = a.account
)

select * from final
