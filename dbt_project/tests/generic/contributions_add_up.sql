{# Weight × value of the contributions of a figure is the figure, exactly; numerator and denominator apart for a ratio.
   by_cell: the model opens sums of rows into cells. There are millions, so that the yearly figures of single units and the
   ranges of years are opened: an area adds up units, which the same test proves on the model before. #}
{% test contributions_add_up(model, by_cell) %}
{%- set asked = "(length(period) = 9 or (length(period) = 4 and basis = 'filed'))" if by_cell else "group_id <> 'years'" %}
with added as (
    select
        is_sample, programme, indicator, area_code, period, accum, dim_code, group_id,
        case when basis = 'filed' then 'filed' else 'summed' end as basis,
        sum(weight * value::decimal(28, 8)) filter (where figure_role = 'value') as value,
        sum(weight * value::decimal(28, 8)) filter (where figure_role = 'numerator') as numerator,
        sum(weight * value::decimal(28, 8)) filter (where figure_role = 'denominator') as denominator
    from {{ model }}
    where {{ asked }}
    group by all
),

figures as (
    select * from {{ ref('fct_figures') }} where {{ asked }} and {{ in_scope('figure' if by_cell else 'question') }}
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
{% endtest %}
