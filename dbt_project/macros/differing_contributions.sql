{# Lists of periods, as text of SQL, each with about so many figures that their contributions fit into memory. #}
{% macro batches_of_periods(by_cell) -%}
  {%- set counted -%}
    select period, count(*) as n from {{ ref('fct_figures') }}
    where {{ 'length(period) in (4, 9)' if by_cell else "group_id <> 'years'" }}
    group by period
  {%- endset -%}
  {%- set batches -%}
    select '[' || string_agg('''' || period || '''', ', ' order by length(period), period) || ']' as periods
    from (
        select period, {{ 0 if by_cell else '(sum(n) over (order by length(period), period) - n) // 100000' }} as batch
        from ({{ counted }}) as c
    ) as b
    group by batch
    order by batch
  {%- endset -%}
  {{ return(run_query(batches).columns[0].values()) }}
{%- endmacro %}

{# Figures that their contributions do not add up to; periods: of these alone. #}
{% macro differing_contributions(model, by_cell, periods=none) -%}
{%- set asked = "(length(period) = 9 or (length(period) = 4 and basis = 'filed'))" if by_cell else "group_id <> 'years'" %}
{%- set narrow = 'list_contains(' ~ periods ~ ', period)' if periods else 'true' %}
with added as (
    select
        is_sample, programme, indicator, area_code, period, accum, dim_code, group_id,
        case when basis = 'filed' then 'filed' else 'summed' end as basis,
        sum(weight * value::decimal(28, 8)) filter (where figure_role = 'value') as value,
        sum(weight * value::decimal(28, 8)) filter (where figure_role = 'numerator') as numerator,
        sum(weight * value::decimal(28, 8)) filter (where figure_role = 'denominator') as denominator
    from {{ model }}
    where {{ asked }} and {{ narrow }}
    group by all
),

figures as (
    select * from {{ ref('fct_figures') }}
    where {{ asked }} and {{ narrow }} and {{ in_scope('figure' if by_cell else 'question') }}
)

select f.indicator, f.area_code, f.period, f.value, a.value as added
from figures as f
left join added as a
    on f.is_sample = a.is_sample and f.programme = a.programme and f.indicator = a.indicator
   and f.area_code = a.area_code and f.period = a.period and f.accum = a.accum and f.dim_code = a.dim_code
   and f.group_id = a.group_id and case when f.basis = 'filed' then 'filed' else 'summed' end = a.basis
where f.value is distinct from a.value::decimal(38, 8)
   or f.numerator is distinct from a.numerator::decimal(38, 8)
   or f.denominator is distinct from a.denominator::decimal(38, 8)
{%- endmacro %}
