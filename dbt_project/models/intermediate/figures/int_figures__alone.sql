-- Answers that are one value of a unit's return, where nothing else can answer; times a factor too. Grain: question × unit.
-- A view: what one cell answers is held as that cell. Columns as int_figures__units_summed.
{{ config(materialized='view') }}
with levels as (
    select
        o.* exclude (field, from_rows, is_alone, value),
        i.is_additive,
        'level' as accum,
        o.value,
        1::bigint as cells
    from {{ ref('int_observations__returned') }} as o
    inner join {{ ref('indicators') }} as i on o.indicator = i.indicator
    where o.is_alone
),

{{ answers_of('levels') }}

select *, false as is_rivalled from answered
