{# Chosen answers of the indicators that an audience may see, cast column by column for the publish contracts. #}
{% macro chosen_figures(audiences) %}
with figures as (
    select f.*, i.name_zh, i.unit, i.decimals
    from {{ ref('fct_figures') }} as f
    inner join {{ ref('indicators') }} as i on f.indicator = i.indicator
    where {{ in_scope('figure', 'f') }} and f.choice_rank = 1 and f.accum = 'level' and i.audience in ({{ "'" ~ audiences | join("', '") ~ "'" }})
)

select
    is_sample::boolean as is_sample,
    programme::varchar as programme,
    indicator::varchar as indicator,
    name_zh::varchar as name_zh,
    unit::varchar as unit,
    decimals::integer as decimals,
    area_code::varchar as area_code,
    period::varchar as period,
    dim_name::varchar as dim_name,
    dim_code::varchar as dim_code,
    value::decimal(38, 8) as value,
    numerator::decimal(38, 8) as numerator,
    denominator::decimal(38, 8) as denominator,
    obs_status::varchar as obs_status,
    basis::varchar as basis,
    source_kind::varchar as source_kind,
    units_reported::integer as units_reported,
    units_expected::integer as units_expected,
    printed::varchar as printed,
    half_unit::decimal(38, 8) as half_unit,
    qualifier::varchar as qualifier,
    source_id::varchar as source_id
from figures
order by is_sample, programme, indicator, area_code, period, dim_code
{% endmacro %}
