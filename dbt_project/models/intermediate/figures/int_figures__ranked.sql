-- Figures of areas, and of units of which more may be said than they say: every answer, which one the rule chooses, and its
-- status. Grain: question × basis × group. In no order: sorting the rows of a nation takes more memory than making them,
-- and a renewal appends.
{%- set question = ['is_sample', 'programme', 'indicator', 'area_code', 'period', 'accum', 'dim_code'] %}
{%- set keys = question + ['source_kind', 'dim_name', 'basis', 'group_id'] %}
{{ config(materialized='incremental', pre_hook=["{{ ask_late('questions') }}", "{{ make_room('question') }}"], post_hook="{{ ask_all() }}") }}
with printed as (
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
    from {{ ref('int_contributions__printed') }}
    group by {{ keys | join(', ') }}
),

-- what is filed is never printed, rounded or doubtful
filed as (
    select
        * exclude (unit_code, cells, is_additive, is_rivalled),
        unit_code as area_code,
        'filed' as basis,
        'returns ' || account as group_id,
        1 as units_reported,
        1 as units_expected,
        case when cells > 1 then 'exact' end as qualifier,
        false as is_doubtful
    from {{ ref('int_figures__units') }}
    where is_rivalled and {{ asked_only('indicator', 'period') }} and {{ asked('areas', 'unit_code') }}
),

above as (
    select
        * exclude (cells),
        'returns ' || account as group_id,
        case when cells > 1 then 'exact' end as qualifier,
        false as is_doubtful
    from {{ ref('int_figures__areas') }}
    where {{ asked_only('indicator', 'period') }} and {{ asked('areas', 'area_code') }}
),

rates as (
    select * exclude (is_rivalled), 'level' as accum, false as is_estimate, false as is_doubtful
    from {{ ref('int_figures__rates') }}
    where is_rivalled and {{ asked_only('indicator', 'period') }} and {{ asked('areas', 'area_code') }}
),

-- the last month of a period decides which units it expects
periods as (
    select period, {{ last_month('period') }} as last_month
    from (
        select period from printed
        union
        select period from above
        union
        select period from rates
        union
        select period from filed
    ) as given
),

expected_basic as (
    select a.period, c.area_code, count(*) as units
    from periods as a
    inner join {{ ref('area_closure') }} as c
        on {{ stands_in('c', 'a.last_month') }}
    where c.area_code <> c.unit_code
    group by all
),

expected_children as (
    select a.period, c.parent_code as area_code, count(*) as units
    from periods as a
    inner join {{ ref('areas') }} as c
        on {{ stands_in('c', 'a.last_month') }}
    where c.parent_code in (select area_code from printed)
    group by all
),

-- rows that miss the total printed in the same publication leave somebody out, whom the register may not know
contradicted as (
    select distinct {{ keys_of('s', question) }}, s.group_id
    from printed as s
    inner join printed as f on {{ same_keys('s', 'f', question) }} and s.submission_id = f.submission_id
    where s.basis = 'summed' and f.basis = 'filed'
      and abs(s.value - f.value) > coalesce(s.half_unit, 0) + coalesce(f.half_unit, 0)
),

covered as (
    select *, true as is_returned from filed
    union all by name
    select
        a.* exclude (units),
        a.units as units_reported,
        case when a.basis = 'filed' then 1 else coalesce(b.units, 0) end as units_expected,
        true as is_returned
    from (
        select * from above
        union all by name
        select * from rates
    ) as a
    left join expected_basic as b on a.area_code = b.area_code and a.period = b.period
    union all by name
    select
        p.*,
        case when p.basis = 'filed' then 1 else coalesce(c.units, 0) end as units_expected,
        false as is_returned
    from printed as p
    left join expected_children as c on p.area_code = c.area_code and p.period = c.period
),

ranked as (
    select
        covered.* exclude (is_returned) replace (
            case
                when covered.basis = 'filed' then 'filed'
                when units_reported < units_expected then 'partial'
                else 'summed'
            end as basis
        ),
        case
            when covered.basis = 'summed' and units_reported >= units_expected and is_returned then 1
            when covered.basis = 'filed' and is_returned then 2
            when covered.basis = 'summed' and units_reported >= units_expected and x.group_id is null then 3
            when covered.basis = 'filed' then 4
            when is_returned then 5
            else 6
        end
        -- an estimate made from a printed count steps back behind any count really printed
        + case when is_estimate and source_kind = 'publication' then 5 else 0 end
        + case when is_doubtful then 10 else 0 end as preference
    from covered
    left join contradicted as x on {{ same_keys('covered', 'x', question) }} and covered.group_id = x.group_id
),

-- nearly every question has one answer, which needs no order
contested as (
    select {{ question | join(', ') }}
    from ranked
    group by {{ question | join(', ') }}
    having count(*) > 1
),

chosen as (
    select *, 1::bigint as choice_rank
    from ranked
    anti join contested as c on {{ same_keys('ranked', 'c', question) }}
    union all by name
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
),

-- the first period after a change of territory
broken as (
    {{ broken_series('periods') }}
),

-- months that fell without a reason, at the unit and everywhere above it
fallen as (
    select distinct n.is_sample, n.programme, n.indicator, n.account, n.dim_code, n.month, c.area_code
    from {{ unexplained_falls() }} as n
    inner join (
        select area_code, unit_code from {{ ref('area_closure') }}
        union
        select area_code, area_code as unit_code from {{ ref('areas') }}
    ) as c on n.unit_code = c.unit_code
)

select
    a.* exclude (preference, is_estimate),
    case
        when f.area_code is not null then 'V'
        when a.basis = 'partial' then 'U'
        when a.is_estimate or i.is_limit then 'E'
        when i.kind = 'ratio' and a.denominator = 0 then 'M'
        when b.area_code is not null then 'B'
        else 'A'
    end as obs_status
from chosen as a
inner join {{ ref('indicators') }} as i on a.indicator = i.indicator
left join broken as b on a.area_code = b.area_code and a.period = b.period and a.accum = b.accum
left join fallen as f
    on a.accum = 'flow' and a.period = f.month
   and {{ same_keys('a', 'f', ['is_sample', 'programme', 'indicator', 'account', 'dim_code', 'area_code']) }}
where {{ in_scope('question', 'a') }}
