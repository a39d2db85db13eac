-- Rates of returns, of units and of every area above them, as numerator and denominator. Grain: question × basis × group.
-- A rate of an area takes the units that have both operands, from the same account, unless no account holds both. The
-- plan of a unit that was merged meets what its heir has done. Matched by unit first: the areas above are the same.
-- depends_on: {{ ref('fct_negative_flows') }}
{{ config(materialized='incremental', pre_hook="{{ make_room('question') }}") }}
{#- a question is a rate, a breakdown and a group: one number, in place of four texts, for what is grouped by the million #}
{%- set keys = ['source_kind', 'is_sample', 'programme', 'question', 'period'] %}
with plans_inherited as (
    select h.*, i.indicator
    from {{ ref('area_heirs') }} as h
    inner join {{ ref('indicators') }} as i on i.kind = 'plan'
),

{{ rate_accounts() }},

-- what is filed at all, by operand: most breakdowns of one operand have no counterpart in the other
filed as (
    select distinct indicator, dim_name, dim_code, account, is_sample
    from {{ ref('int_observations__returned') }}
    where {{ in_scope('operand') }}
),

asked as (
    select
        r.ratio,
        r.figure_role,
        r.is_of_parts,
        f.*,
        case when r.is_of_parts then '' else f.dim_name end as ratio_dim_name,
        case when r.is_of_parts then '' else f.dim_code end as ratio_dim_code,
        case when a.account is not null then 'returns ' || f.account else 'returns' end as group_id,
        i.is_additive
    from filed as f
    inner join {{ ref('ratio_operands') }} as r
        on {{ is_operand('f', 'r') }}
    inner join {{ ref('indicators') }} as i on f.indicator = i.indicator
    left join accounts as a on r.ratio = a.indicator and f.account = a.account
    left join shared as s on r.ratio = s.indicator
    where a.account is not null or s.indicator is null
),

-- an operand made of several codes is known where all of them are that the account asks for
answerable as (
    select
        *,
        count(distinct dim_code) over (partition by ratio, figure_role, is_sample, account) as parts,
        dense_rank() over (order by ratio, ratio_dim_name, ratio_dim_code, group_id) as question
    from asked as x
    where exists (
        select 1 from asked as y
        where x.ratio = y.ratio and x.is_sample = y.is_sample and x.ratio_dim_code = y.ratio_dim_code
          and x.group_id = y.group_id and x.figure_role <> y.figure_role
    )
),

questions as (
    select
        question,
        ratio as indicator,
        ratio_dim_name as dim_name,
        ratio_dim_code as dim_code,
        group_id,
        bool_and(is_additive) as is_additive,
        -- another account may answer too, or it is a limit
        ratio in (select indicator from {{ ref('indicators') }} where is_limit)
        or ratio in (select indicator from accounts group by indicator having count(*) > 1) as is_rivalled
    from answerable
    group by question, ratio, ratio_dim_name, ratio_dim_code, group_id
),

operands as (
    select
        o.source_kind,
        o.is_sample,
        o.programme,
        r.question,
        r.figure_role,
        o.dim_code as observed_dim_code,
        o.unit_code,
        coalesce(h.heir_code, o.unit_code) as matched_unit,
        o.period,
        o.account,
        o.value,
        o.submission_id,
        r.is_of_parts,
        r.parts
    from {{ ref('int_observations__returned') }} as o
    inner join answerable as r
        on o.indicator = r.indicator and o.dim_code = r.dim_code and o.account = r.account and o.is_sample = r.is_sample
    left join plans_inherited as h
        on {{ passes_on('o', 'h') }} and o.indicator = h.indicator
    where {{ in_scope('period', 'o') }}
      and {{ in_scope('ratio', 'r') }}
),

whole as (
    select * from operands
    where not is_of_parts
    union all
    select * from operands
    where is_of_parts
    qualify count(distinct observed_dim_code) over (
        partition by question, figure_role, is_sample, programme, period, unit_code
    ) = parts
),

units as (
    select
        {{ keys | join(', ') }},
        unit_code,
        matched_unit,
        sum(value) filter (where figure_role = 'numerator') as numerator,
        sum(value) filter (where figure_role = 'denominator') as denominator,
        case when min(submission_id) = max(submission_id) then min(submission_id) end as submission_id,
        case when min(account) = max(account) then min(account) end as account
    from whole
    group by {{ keys | join(', ') }}, unit_code, matched_unit
),

places as (
    select unit_code, area_code, 'summed' as basis from {{ ref('area_closure') }} where area_code <> unit_code and {{ in_scope('area') }}
    union all
    select unit_code, unit_code as area_code, 'filed' as basis from (select distinct unit_code from units) as u
),

-- units that take over a plan answer together with those that they replace
heirs as (
    select distinct matched_unit from units where matched_unit <> unit_code
),

together as (
    select u.*, p.area_code, p.basis
    from units as u
    inner join questions as q on u.question = q.question
    semi join heirs as h on u.matched_unit = h.matched_unit
    inner join (
        from places
        union all
        select unit_code, heir_code as area_code, 'filed' as basis from {{ ref('area_heirs') }}
    ) as p
        on u.unit_code = p.unit_code and (p.basis = 'filed' or q.is_additive)
       and (p.basis = 'summed' or p.area_code in (u.unit_code, u.matched_unit))
),

-- first units with the same areas above them
alone as not materialized (
    select u.*
    from units as u
    anti join heirs as h on u.matched_unit = h.matched_unit
    where u.numerator is not null and u.denominator is not null
),

by_place as (
    select
        {{ keys_of('u', keys) }}, p.place,
        sum(u.numerator) as numerator,
        sum(u.denominator) as denominator,
        count(*) as units,
        any_value(u.submission_id) as submission_id,
        case when count(*) = count(u.account) and min(u.account) = max(u.account) then min(u.account) end as account
    from alone as u
    inner join questions as q on u.question = q.question
    inner join {{ ref('int_areas__places') }} as p on u.unit_code = p.unit_code
    where q.is_additive
    group by {{ keys_of('u', keys) }}, p.place
),

matched as (
    select
        {{ keys_of('b', keys) }}, c.area_code, 'summed' as basis, b.numerator, b.denominator, b.units, b.units as matches,
        b.submission_id, b.account
    from by_place as b
    inner join {{ areas_above() }} as c on b.place = c.place
    where {{ in_scope('area', 'c') }}
    union all
    select
        {{ keys | join(', ') }}, area_code, basis,
        sum(numerator) as numerator, sum(denominator) as denominator, count(distinct unit_code) as units, 1 as matches,
        case when min(submission_id) = max(submission_id) and count(submission_id) = count(*) then min(submission_id) end as submission_id,
        case when min(account) = max(account) and count(account) = count(*) then min(account) end as account
    from together
    group by {{ keys | join(', ') }}, area_code, basis, matched_unit
    having count(numerator) > 0 and count(denominator) > 0
),

rates as (
    select
        {{ keys | join(', ') }}, unit_code as area_code, 'filed' as basis, numerator, denominator, 1::bigint as units,
        submission_id, account
    from alone
    union all
    select
        {{ keys | join(', ') }}, area_code, basis, sum(numerator) as numerator, sum(denominator) as denominator,
        sum(units)::bigint as units,
        case when sum(matches) = 1 then any_value(submission_id) end as submission_id,
        case when count(*) = count(account) and min(account) = max(account) then min(account) end as account
    from matched
    group by {{ keys | join(', ') }}, area_code, basis
),

named as (
    select
        q.* exclude (question, is_additive, is_rivalled),
        r.* exclude (question),
        -- a unit that stands for itself alone: all that is said of the question
        r.basis <> 'filed' or q.is_rivalled or s.area_code is not null as is_rivalled
    from rates as r
    inner join questions as q on r.question = q.question
    left join {{ ref('int_areas__shared') }} as s on r.area_code = s.area_code
)

select * from named
where {{ in_scope('question') }}
