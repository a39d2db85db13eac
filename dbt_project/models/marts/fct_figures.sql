-- Every figure that can be given, chosen answer and alternatives. choice_rank 1 is the answer. A view of what is held, without
-- a join beside that of factors: pages ask for hundreds of single figures, and each is planned.
{{ config(materialized='view') }}
with answers as (
    select * from {{ ref('int_figures__undisputed') }}
    union all by name
    select * from {{ ref('int_figures__ranked') }} where length(period) <> 9
    union all by name
    select * from {{ ref('int_figures__ranges') }}
),

final as (
    select
        is_sample::boolean as is_sample,
        source_kind::varchar as source_kind,
        programme::varchar as programme,
        indicator::varchar as indicator,
        area_code::varchar as area_code,
        period::varchar as period,
        accum::varchar as accum,
        dim_name::varchar as dim_name,
        dim_code::varchar as dim_code,
        basis::varchar as basis,
        group_id::varchar as group_id,
        value::decimal(38, 8) as value,
        numerator::decimal(38, 8) as numerator,
        denominator::decimal(38, 8) as denominator,
        obs_status::varchar as obs_status,
        units_reported::integer as units_reported,
        units_expected::integer as units_expected,
        printed::varchar as printed,
        half_unit::decimal(38, 8) as half_unit,
        qualifier::varchar as qualifier,
        submission_id::varchar as submission_id,
        account::varchar as account,
        source_id::varchar as source_id,
        publisher::varchar as publisher,
        published_on::varchar as published_on,
        is_doubtful::boolean as is_doubtful,
        choice_rank::integer as choice_rank
    from answers
)

select * from final
