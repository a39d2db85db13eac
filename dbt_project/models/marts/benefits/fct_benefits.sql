-- Households and residents that renovation reached, by year and by range of years: in the published usage (started) and
-- the real one (accepted), residents by a named factor and as filed. Grain: kind of data × programme × area × period.
-- Beside the accepted households of J2 stand those of J3, compared over the units that filed both.
{{ config(materialized='incremental', pre_hook="{{ make_room('place') }}") }}
{%- set measures = {
    'households_started': 'benefited_households', 'households_accepted': 'accepted_households',
    'residents_filed': 'effect_e_pop', 'residents_planned_filed': 'plan_residents', 'households_effect': 'effect_e_hh'
} %}
with figures as (
    select *
    from {{ ref('fct_figures') }}
    where choice_rank = 1 and accum = 'level' and dim_code = '' and length(period) in (4, 9) and {{ in_scope('place') }}
      and indicator in (
          {%- for m in measures.values() %}
          '{{ m }}'{% if not loop.last %},{% endif %}
          {%- endfor %}
      )
),

pivoted as (
    select
        is_sample, programme, area_code, period
        {%- for name, indicator in measures.items() %},
        max(value) filter (where indicator = '{{ indicator }}') as {{ name }},
        max(basis) filter (where indicator = '{{ indicator }}') as {{ name }}_basis
        {%- endfor %}
    from figures
    group by all
),

filed as (
    select is_sample, programme, indicator, unit_code, period, value
    from {{ ref('fct_observations') }}
    where role = 'return' and dim_code = '' and length(period) = 4
      and (indicator = 'accepted_households' and account = 'J2' or indicator = 'effect_e_hh' and account = 'J3')
),

compared as (
    select a.is_sample, a.programme, c.area_code, a.period, count(*) as units, sum(a.value) as accepted, sum(b.value) as effect
    from filed as a
    inner join filed as b
        on a.is_sample = b.is_sample and a.programme = b.programme and a.unit_code = b.unit_code and a.period = b.period
    inner join {{ ref('area_closure') }} as c on a.unit_code = c.unit_code
    where a.indicator = 'accepted_households' and b.indicator = 'effect_e_hh'
    group by all
),

factor as (
    select max(factor_value) as persons from {{ ref('indicators') }} where indicator = 'benefited_residents'
),

final as (
    select
        p.is_sample::boolean as is_sample,
        p.programme::varchar as programme,
        p.area_code::varchar as area_code,
        p.period::varchar as period,
        left(p.period, 4)::integer as first_year,
        right(p.period, 4)::integer as last_year
        {%- for name in measures %},
        p.{{ name }}::decimal(38, 8) as {{ name }},
        p.{{ name }}_basis::varchar as {{ name }}_basis
        {%- endfor %},
        -- by the factor alone: the figure of a year may be a printed count of residents, and the two are never mixed
        (p.households_started::decimal(28, 8) * factor.persons)::decimal(38, 8) as residents_started_estimated,
        (p.households_accepted::decimal(28, 8) * factor.persons)::decimal(38, 8) as residents_accepted_estimated,
        factor.persons::decimal(6, 3) as persons_per_household,
        b.units::integer as compared_units,
        b.accepted::decimal(38, 8) as compared_accepted,
        b.effect::decimal(38, 8) as compared_effect,
        (b.effect - b.accepted)::decimal(38, 8) as compared_difference
    from pivoted as p
    cross join factor
    left join compared as b
        on p.is_sample = b.is_sample and p.programme = b.programme and p.area_code = b.area_code and p.period = b.period
)

select * from final
order by is_sample, programme, area_code, period
