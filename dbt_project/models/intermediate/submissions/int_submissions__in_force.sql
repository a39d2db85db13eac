-- Among the accepted versions decided at or before the as-of moment, the one received last for each key.
with submissions as (
    select * from {{ ref('stg_register__submissions') }}
),

decided as (
    select *
    from submissions
    where status = 'accepted'
      and ({{ as_of_limit() }} = '' or decided_at <= {{ as_of_limit() }})
),

final as (
    select *
    from decided
    qualify row_number() over (
        partition by source_kind, form, coalesce(source_id, unit_code), case when source_id is null then period end, plan_version
        order by received_at desc, seq desc
    ) = 1
)

select * from final
