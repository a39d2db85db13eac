-- What the returns of units add up to in every area above them. Grain: question × area × account.
-- A unit counts once, whatever it filed. Beside the closure stand the plans of merged units, which count for their heirs,
-- and the months of a change of territory, where what the units before had is taken off what those after have.
{{ config(materialized='incremental', pre_hook="{{ make_room('question') }}") }}
{%- set keys = ['source_kind', 'is_sample', 'programme', 'indicator', 'dim_name', 'dim_code', 'account', 'period', 'accum'] %}
with units as not materialized (
    select * from {{ ref('int_figures__units') }}
    where {{ in_scope('question of any area') }}
),

-- plans that count for another unit, and the heir's own beside them
plans as (
    select i.indicator
    from {{ ref('indicators') }} as i
    left join {{ ref('indicators') }} as b on i.kind = 'scaled' and i.base = b.indicator
    where coalesce(b.kind, i.kind) = 'plan'
),

inherited as (
    select u.*, h.heir_code as area_code
    from units as u
    inner join {{ ref('area_heirs') }} as h
        on {{ passes_on('u', 'h') }}
    semi join plans on u.indicator = plans.indicator
    where u.accum = 'level' and u.is_additive
),

own as (
    select u.*, u.unit_code as area_code
    from units as u
    semi join inherited as n
        on u.unit_code = n.area_code
       and {{ same_keys('u', 'n', ['period', 'indicator', 'dim_code', 'is_sample', 'programme', 'account', 'accum']) }}
),

-- a change inside a year: what the units before had is taken off what those after have, if all of them filed the field
openings as (
    select
        *, case side when 'after' then month else {{ month_off('month', -1) }} end as period_filed
    from {{ ref('area_openings') }}
    where is_known
),

opened as (
    select
        o.* exclude (period),
        p.month as period,
        'flow' as accum,
        case p.side when 'after' then o.value else -o.value end as moved,
        p.opening_id,
        i.is_additive
    from {{ ref('int_observations__returned') }} as o
    inner join openings as p on o.unit_code = p.unit_code and o.period = p.period_filed
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    where i.kind = 'flow' and not i.constant_in_year
    qualify count(distinct p.side || o.unit_code) over (
        partition by p.opening_id, o.is_sample, o.programme, o.indicator, o.dim_code, o.field
    ) = p.units
),

opened_units as (
    select
        {{ keys_of('o', keys) }}, a.area_code, a.basis, o.unit_code,
        sum(o.moved::decimal(28, 8))::decimal(38, 11) as value,
        count(*) as cells,
        case when min(o.submission_id) = max(o.submission_id) then min(o.submission_id) end as submission_id
    from opened as o
    inner join {{ ref('area_opening_areas') }} as a on o.opening_id = a.opening_id
    where a.basis = 'filed' or o.is_additive
    group by all
),

-- what one cell answers is added up as it is held, the month alone beside the value, and times a factor afterwards
lone as (
    select
        c.source_kind, c.is_sample, c.programme, c.indicator, c.dim_name, c.dim_code, c.account, c.period, p.place,
        sum(c.value) as value,
        count(*) as units,
        any_value(c.submission_id) as submission_id,
        sum(c.flow) filter (where o.unit_code is null) as flow,
        count(c.flow) filter (where o.unit_code is null) as flows,
        any_value(c.submission_id) filter (where c.flow is not null and o.unit_code is null) as flow_submission_id
    from {{ ref('int_observations__returned') }} as c
    inner join {{ ref('indicators') }} as i on c.indicator = i.indicator
    inner join {{ ref('int_areas__places') }} as p on c.unit_code = p.unit_code
    left join {{ ref('area_openings') }} as o on {{ stands_apart('c', 'o') }}
    where c.is_alone and i.is_additive and {{ in_scope('question of any area', 'c') }}
    group by all
),

lone_levels as (
    select * exclude (flow, flows, flow_submission_id), 'level' as accum, units as cells
    from lone
),

{{ answered('lone_levels') }},

by_place as (
    select * from answered
    union all by name
    select
        l.* exclude (value, units, submission_id, flow, flows, flow_submission_id),
        l.flow::decimal(38, 11) as value,
        l.flows as units,
        'flow' as accum,
        case when {{ is_january('l.period') }} then l.flows else 2 * l.flows end as cells,
        case when {{ is_january('l.period') }} then l.flow_submission_id end as submission_id,
        i.is_additive,
        i.is_limit as is_estimate
    from lone as l
    inner join {{ ref('indicators') }} as i on l.indicator = i.indicator
    where l.flows > 0
    union all by name
    select
        {{ keys_of('u', keys) }}, p.place,
        sum(u.value) as value,
        sum(u.cells)::bigint as cells,
        count(*) as units,
        u.is_additive,
        bool_or(u.is_estimate) as is_estimate,
        any_value(u.submission_id) as submission_id
    from {{ ref('int_figures__units_summed') }} as u
    inner join {{ ref('int_areas__places') }} as p on u.unit_code = p.unit_code
    where u.is_additive and {{ in_scope('question of any area', 'u') }}
    group by {{ keys_of('u', keys) }}, p.place, u.is_additive
),

members as (
    select {{ keys_of('b', keys) }}, c.area_code, 'summed' as basis, b.value, b.cells, b.units, b.is_estimate, b.submission_id
    from by_place as b
    inner join {{ areas_above() }} as c on b.place = c.place
    where {{ in_scope('area', 'c') }}
    union all
    select {{ keys_of('p', keys) }}, p.area_code, 'summed' as basis, p.value, p.cells, 1 as units, p.is_estimate, p.submission_id
    from (
        select * from inherited
        union all
        select * from own
    ) as p
    union all
    -- a unit that has a month of its own too is counted there
    select
        {{ keys_of('o', keys) }}, o.area_code, o.basis,
        o.value, o.cells, case when u.unit_code is null then 1 else 0 end as units, false as is_estimate, o.submission_id
    from opened_units as o
    left join units as u on {{ same_keys('o', 'u', keys) }} and o.unit_code = u.unit_code
)

select
    {{ keys | join(', ') }},
    area_code,
    basis,
    sum(value) as value,
    sum(cells)::bigint as cells,
    sum(units)::bigint as units,
    bool_or(is_estimate) as is_estimate,
    case when sum(units) = 1 and count(*) = 1 then any_value(submission_id) end as submission_id
from members
where {{ in_scope('question') }}
group by {{ keys | join(', ') }}, area_code, basis
