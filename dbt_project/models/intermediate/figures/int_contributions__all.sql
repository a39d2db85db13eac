-- Contributions of every figure: additive figures of returns, month's flows, figures times a factor, and ratios; beside
-- them those of publications. Grain: figure key × role × observation. The figures themselves are added up by unit
-- (int_figures__units, __areas, __rates); a test holds both to the same sums.
{{ config(materialized='view', meta={'preview': false}) }}
with additive as (
    select * from {{ ref('int_contributions__additive') }}
),

levels as (
    select
        additive.*,
        additive.indicator as observed_indicator,
        additive.dim_code as observed_dim_code,
        'level' as accum,
        'value' as figure_role,
        1::decimal(6, 3) as weight
    from additive
),

-- a month alone: the difference within the year, for units that have both months; January is the year to date. Paired by
-- unit, whatever lies above it
monthly as (
    select o.*
    from {{ ref('fct_observations') }} as o
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    where o.role = 'return' and i.kind = 'flow' and not i.constant_in_year and length(o.period) = 7
      and {{ asked_only('o.indicator', 'o.period') }} and {{ asked('codes', 'o.dim_code') }}
),

openings as (
    select *, {{ month_off('month', -1) }} as month_before from {{ ref('area_openings') }}
),

paired as (
    select later.observation_id as later_id, later.period, earlier.observation_id as earlier_id
    from monthly as later
    left join monthly as earlier
        on {{ same_keys('later', 'earlier', ['is_sample', 'programme', 'indicator', 'dim_code', 'unit_code', 'field']) }}
       and {{ month_no('later.period') }} = {{ month_no('earlier.period') }} + 1 and not {{ is_january('later.period') }}
    -- the first month after a change of territory stands apart
    anti join openings as o on {{ stands_apart('later', 'o') }}
    where {{ is_january('later.period') }} or earlier.observation_id is not null
),

months_alone as (
    select later_id as observation_id, period, 1::decimal(6, 3) as weight from paired
    union all
    select earlier_id as observation_id, period, (-1)::decimal(6, 3) as weight from paired where earlier_id is not null
),

-- a change inside a year: what the units before had is taken off what those after have, if all of them filed
opened as (
    select m.*, o.opening_id, o.month, o.side
    from monthly as m
    inner join openings as o
        on m.unit_code = o.unit_code and o.is_known
       and m.period = case when o.side = 'after' then o.month else o.month_before end
    qualify count(distinct o.side || m.unit_code) over (
        partition by o.opening_id, m.is_sample, m.programme, m.indicator, m.dim_code, m.field
    ) = o.units
),

flows as (
    select
        a.* replace (m.period as period),
        a.indicator as observed_indicator,
        a.dim_code as observed_dim_code,
        'flow' as accum,
        'value' as figure_role,
        m.weight
    from additive as a
    inner join months_alone as m on a.observation_id = m.observation_id
    union all by name
    select
        o.* exclude (opening_id, month, side) replace (o.month as period),
        a.area_code,
        a.basis,
        'returns ' || o.account as group_id,
        o.indicator as observed_indicator,
        o.dim_code as observed_dim_code,
        'flow' as accum,
        'value' as figure_role,
        case when o.side = 'after' then 1 else -1 end::decimal(6, 3) as weight
    from opened as o
    inner join {{ ref('area_opening_areas') }} as a on o.opening_id = a.opening_id
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    where a.basis = 'filed' or i.is_additive
),

scaled as (
    select
        levels.* replace (
            i.indicator as indicator,
            i.factor_value::decimal(6, 3) as weight
        )
    from levels
    inner join {{ ref('indicators') }} as i on levels.indicator = i.base
    where i.kind = 'scaled'
),

plans_inherited as (
    select h.*, i.indicator
    from {{ ref('area_heirs') }} as h
    inner join {{ ref('indicators') }} as i on i.kind = 'plan'
),

{{ rate_accounts() }},

operands as not materialized (
    select
        levels.* replace (
            r.figure_role as figure_role,
            r.ratio as indicator,
            case when h.heir_code = levels.area_code then 'filed' else levels.basis end as basis,
            case when r.is_of_parts then '' else levels.dim_name end as dim_name,
            case when r.is_of_parts then '' else levels.dim_code end as dim_code
        ),
        r.is_of_parts,
        case when a.account is not null then levels.group_id else 'returns' end as shared_group,
        -- the plan of a unit that was merged meets what its heir has done
        coalesce(h.heir_code, levels.unit_code) as matched_unit
    from levels
    inner join {{ ref('ratio_operands') }} as r
        on {{ is_operand('levels', 'r') }}
    left join plans_inherited as h
        on {{ passes_on('levels', 'h') }} and levels.indicator = h.indicator
    left join accounts as a on r.ratio = a.indicator and levels.account = a.account
    left join shared as s on r.ratio = s.indicator
    where a.account is not null or s.indicator is null
),

-- most breakdowns of one operand have no counterpart in the other at all
both_sided as (
    select indicator, is_sample, dim_code, shared_group
    from operands
    group by all
    having min(figure_role) <> max(figure_role)
),

-- an operand made of several codes is known where all of them are that the account asks for (int_parts__asked)
-- windows over the few operands of parts alone: over all of them they would cost more than the rest of the build
whole as (
    select * exclude (is_of_parts)
    from operands as o
    semi join both_sided as b on {{ same_keys('o', 'b', ['indicator', 'is_sample', 'dim_code', 'shared_group']) }}
    where not is_of_parts
    union all
    select o.* exclude (is_of_parts)
    from operands as o
    inner join {{ ref('int_parts__asked') }} as a
        on {{ same_keys('o', 'a', ['indicator', 'figure_role', 'is_sample', 'account']) }}
    where o.is_of_parts
    qualify count(distinct o.observed_dim_code) over (
        partition by
            o.indicator, o.figure_role, o.is_sample, o.programme, o.area_code, o.period, o.basis, o.unit_code, o.shared_group
    ) = a.parts
),

-- a rate of an area takes the units that have both operands, from the same account, unless no account holds both
answerable as (
    select indicator, is_sample, programme, area_code, period, basis, dim_code, matched_unit, shared_group
    from whole
    group by all
    having min(figure_role) <> max(figure_role)
),

matched as (
    select whole.*
    from whole
    semi join answerable as a
        on whole.indicator is not distinct from a.indicator and whole.is_sample is not distinct from a.is_sample
       and whole.programme is not distinct from a.programme and whole.area_code is not distinct from a.area_code
       and whole.period is not distinct from a.period and whole.basis is not distinct from a.basis
       and whole.dim_code is not distinct from a.dim_code and whole.matched_unit is not distinct from a.matched_unit
       and whole.shared_group is not distinct from a.shared_group
),

rated as (
    select * exclude (shared_group, matched_unit) replace (shared_group as group_id)
    from matched
),

final as (
    select * from levels
    union all
    select * from flows
    union all
    select * from scaled
    union all
    select * from rated
    union all by name
    select * from {{ ref('int_contributions__printed') }}
)

select * from final
