-- A table, not a view: the exported file is gone when the build is whole.
{{ config(materialized='table') }}
{%- do source('register', 'explanations') %}
with source as (
    select * from read_parquet({{ file_in('JIUGAI_REGISTER_DIR', 'explanations.parquet') }})
),

final as (
    select
        submission_id::varchar as submission_id,
        rule::varchar as rule,
        reason::varchar as reason,
        "at"::varchar as explained_at
    from source
)

select * from final
