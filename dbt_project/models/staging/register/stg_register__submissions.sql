-- A table, not a view: the exported file is gone when the build is whole.
{{ config(materialized='table') }}
{%- do source('register', 'submissions') %}
with source as (
    select * from read_parquet({{ file_in('JIUGAI_REGISTER_DIR', 'submissions.parquet') }})
),

final as (
    select
        submission_id::varchar as submission_id,
        seq::integer as seq,
        kind::varchar as source_kind,
        (kind = 'sample')::boolean as is_sample,
        form::varchar as form,
        source_id::varchar as source_id,
        programme::varchar as programme,
        publisher::varchar as publisher,
        published_on::varchar as published_on,
        unit_code::varchar as unit_code,
        province_code::varchar as province_code,
        period::varchar as period,
        plan_version::varchar as plan_version,
        version::integer as version,
        status::varchar as status,
        sha256::varchar as sha256,
        file_name::varchar as file_name,
        received_at::varchar as received_at,
        decided_at::varchar as decided_at,
        map_id::varchar as map_id
    from source
)

select * from final
