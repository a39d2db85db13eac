-- The cells of every figure: weight × value adds up to it exactly (for a ratio: numerator and denominator apart).
-- A sum over rows of a table opens into its cells; one that found no row of a code stands as the zero it is.
-- No preview: it is asked for one figure at a time; all of it at once is millions of rows that nobody reads.
{{ config(materialized='view', meta={'preview': false}) }}
with observed as (
    select
        is_sample, programme, indicator, area_code, period, accum, dim_name, dim_code, basis, group_id, figure_role,
        weight, observation_id, unit_code, submission_id, account, field, sheet, cell, printed, value, source_id,
        from_rows, observed_indicator, observed_dim_code
    from {{ ref('int_contributions__all') }}
),

direct as (
    select * exclude (from_rows, observed_indicator, observed_dim_code), null::integer as row_no
    from observed
    where not from_rows
    union all
    select
        o.* exclude (from_rows, observed_indicator, observed_dim_code) replace (
            (o.weight * coalesce(r.weight, 1))::decimal(6, 3) as weight,
            coalesce(r.field, o.field) as field,
            coalesce(r.value, o.value) as value
        ),
        r.row_no
    from observed as o
    left join {{ ref('int_rows__rolled') }} as r
        on o.observed_indicator = r.indicator and o.account = r.account and o.submission_id = r.submission_id
       and o.observed_dim_code = r.dim_code
    where o.from_rows
),

years as (
    select
        d.* replace (r.period as period, 'level' as accum, 'summed' as basis, 'years' as group_id)
    from {{ ref('int_figures__ranges') }} as r
    inner join {{ ref('fct_figures') }} as c
        on r.is_sample = c.is_sample and r.programme = c.programme and r.indicator = c.indicator
       and r.area_code = c.area_code and r.dim_code = c.dim_code and c.choice_rank = 1 and c.accum = 'level'
       and length(c.period) = 4 and c.period between left(r.period, 4) and right(r.period, 4)
       and {{ asked_only('c.indicator', 'c.period') }}
    inner join direct as d
        on c.is_sample = d.is_sample and c.programme = d.programme and c.indicator = d.indicator
       and c.area_code = d.area_code and c.dim_code = d.dim_code and c.period = d.period and c.accum = d.accum
       and c.group_id = d.group_id and case when c.basis = 'partial' then 'summed' else c.basis end = d.basis
    where r.group_id = 'years' and {{ asks_ranges() }}
),

unioned as (
    select * from direct
    union all
    select * from years
),

final as (
    select
        is_sample::boolean as is_sample,
        programme::varchar as programme,
        indicator::varchar as indicator,
        area_code::varchar as area_code,
        period::varchar as period,
        accum::varchar as accum,
        dim_name::varchar as dim_name,
        dim_code::varchar as dim_code,
        basis::varchar as basis,
        group_id::varchar as group_id,
        figure_role::varchar as figure_role,
        weight::decimal(6, 3) as weight,
        observation_id::varchar as observation_id,
        unit_code::varchar as unit_code,
        submission_id::varchar as submission_id,
        account::varchar as account,
        field::varchar as field,
        sheet::varchar as sheet,
        cell::varchar as cell,
        printed::varchar as printed,
        value::decimal(38, 8) as value,
        source_id::varchar as source_id,
        row_no::integer as row_no
    from unioned
)

select * from final
