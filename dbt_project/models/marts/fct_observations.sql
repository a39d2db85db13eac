-- Every value that a figure can be made of, with the place where it was written.
{{ config(materialized='incremental', pre_hook="{{ make_room('answer') }}") }}
with returned as (
    select
        source_kind, is_sample, programme, indicator, dim_name, dim_code, unit_code, period, value, submission_id,
        account, field, false as from_rows, null as source_id, null as publisher, null as published_on, 'return' as role,
        null as sheet, null as cell, null as printed, null as half_unit, null as qualifier, false as is_doubtful,
        null as total_id
    from {{ ref('int_returns__observed') }}
    where {{ in_scope('answer') }}
),

totaled as (
    select
        source_kind, is_sample, programme, indicator, dim_name, dim_code, unit_code, period, value, submission_id,
        account, field, true as from_rows, null as source_id, null as publisher, null as published_on, 'return' as role,
        null as sheet, null as cell, null as printed, null as half_unit, null as qualifier, false as is_doubtful,
        null as total_id
    from {{ ref('int_rows__totaled') }}
    where {{ in_scope('answer') }}
),

published as (
    select
        source_kind, is_sample, programme, indicator, dim_name, dim_code, unit_code, period, value, submission_id,
        null as account, null as field, false as from_rows, source_id, publisher, published_on, role, sheet, cell, printed, half_unit, qualifier, is_doubtful,
        total_id
    from {{ ref('int_publications__observed') }}
    where {{ in_scope('answer') }}
),

unioned as (
    select * from returned
    union all
    select * from totaled
    union all
    select * from published
),

final as (
    select
        md5(concat_ws(
            '|', submission_id, coalesce(field, ''), coalesce(sheet, ''), coalesce(cell, ''), indicator, dim_code, period
        ))::varchar as observation_id,
        source_kind::varchar as source_kind,
        is_sample::boolean as is_sample,
        programme::varchar as programme,
        indicator::varchar as indicator,
        coalesce(dim_name, '')::varchar as dim_name,
        coalesce(dim_code, '')::varchar as dim_code,
        unit_code::varchar as unit_code,
        period::varchar as period,
        value::decimal(38, 8) as value,
        submission_id::varchar as submission_id,
        account::varchar as account,
        field::varchar as field,
        from_rows::boolean as from_rows,
        source_id::varchar as source_id,
        publisher::varchar as publisher,
        published_on::varchar as published_on,
        role::varchar as role,
        sheet::varchar as sheet,
        cell::varchar as cell,
        printed::varchar as printed,
        half_unit::decimal(38, 8) as half_unit,
        qualifier::varchar as qualifier,
        is_doubtful::boolean as is_doubtful,
        total_id::varchar as total_id
    from unioned
)

select * from final
order by indicator, period, unit_code, submission_id, dim_code, observation_id
