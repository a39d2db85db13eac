-- Every control total that had been published by the moment of the build, with its verdict and the cell it was received from.
with totals as (
    select t.*
    from {{ ref('control_totals') }} as t
    where {{ as_of_limit() }} = ''
       or (t.published_on <> '' and t.published_on <= left({{ as_of_limit() }}, 10))
       or (
           coalesce(t.published_on, '') = '' and t.source_id in (select o.source_id from {{ ref('fct_observations') }} as o)
       )
),

observed as (
    select observation_id, total_id, source_id, unit_code, indicator, dim_code, period, role
    from {{ ref('fct_observations') }}
    where not is_sample and source_id is not null
),

-- the cell that the total is: named by its id in a text, by its place in a table
cells as (
    select total_id, min(observation_id) as observation_id
    from (
        select total_id, observation_id from observed where total_id <> ''
        union all
        select t.total_id, o.observation_id
        from totals as t
        inner join observed as o
            on t.source_id = o.source_id and t.area_code = o.unit_code and t.indicator = o.indicator
           and coalesce(t.dim_code, '') = o.dim_code and t.period = o.period
        where o.role <> 'text'
    ) as found
    group by total_id
),

final as (
    select
        t.file_order::integer as file_order,
        t.total_id::varchar as total_id,
        t.source_id::varchar as source_id,
        t.programme::varchar as programme,
        t.printed_name::varchar as printed_name,
        t.indicator::varchar as indicator,
        coalesce(t.dim_name, '')::varchar as dim_name,
        coalesce(t.dim_code, '')::varchar as dim_code,
        t.area_code::varchar as area_code,
        t.period::varchar as period,
        t.accumulation::varchar as accumulation,
        t.unit::varchar as unit,
        t.printed::varchar as printed,
        t.qualifier::varchar as qualifier,
        t.value::decimal(38, 8) as value,
        ({{ printed_low('t.value', 't.half_unit', 't.qualifier') }})::decimal(38, 8) as printed_low,
        ({{ printed_high('t.value', 't.half_unit', 't.qualifier') }})::decimal(38, 8) as printed_high,
        j.ours::decimal(38, 8) as ours,
        j.ours_low::decimal(38, 8) as ours_low,
        j.ours_high::decimal(38, 8) as ours_high,
        (j.ours - t.value)::decimal(38, 8) as difference,
        j.tolerance::decimal(38, 8) as tolerance,
        j.verdict::varchar as verdict,
        j.independence::varchar as independence,
        j.coverage::varchar as coverage,
        j.guard::varchar as guard,
        j.ours_basis::varchar as ours_basis,
        j.ours_sources::varchar[] as ours_sources,
        j.reason_zh::varchar as reason_zh,
        j.reason_en::varchar as reason_en,
        t.definition::varchar as definition,
        t.is_doubtful::boolean as is_doubtful,
        t.is_derived::boolean as is_derived,
        cells.observation_id::varchar as observation_id
    from totals as t
    inner join {{ ref('totals_judged') }} as j on t.total_id = j.total_id
    left join cells on t.total_id = cells.total_id
)

select * from final
order by file_order
