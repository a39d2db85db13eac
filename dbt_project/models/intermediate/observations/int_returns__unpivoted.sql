-- One row a numeric field of an in-force return. A blank field is no row: missing is not zero.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('submissions') }}", "{{ make_room('submission') }}"], post_hook="{{ ask_all() }}") }}
with j1 as (
    unpivot {{ ref('stg_j1__plan') }}
    on columns(* exclude (submission_id, row_no, unit_code, plan_version, plan_doc_no, plan_confirm_date, adj_reason))
    into name field value value
),

j2 as (
    unpivot {{ ref('stg_j2__progress') }}
    on columns(* exclude (submission_id, row_no, unit_code))
    into name field value value
),

j3 as (
    unpivot {{ ref('stg_j3__effect') }}
    on columns(* exclude (submission_id, row_no, unit_code, sat_src))
    into name field value value
),

filed as (
    select submission_id, 'J1' as form, field, value from j1
    union all
    select submission_id, 'J2' as form, field, value from j2
    union all
    select submission_id, 'J3' as form, field, value from j3
),

final as (
    select
        s.submission_id,
        s.source_kind,
        s.is_sample,
        s.programme,
        s.form,
        s.unit_code,
        s.period,
        s.plan_version,
        filed.field::varchar as field,
        filed.value::decimal(38, 8) as value
    from filed
    inner join {{ ref('int_submissions__in_force') }} as s
        on filed.submission_id = s.submission_id and filed.form = s.form
)

select * from final
