-- What each unit's own returns answer: as filed, for a month alone, and times a factor. Grain: question × unit × account.
-- The parts of areas too (int_figures__areas): a unit is added up once, whatever lies above it. Which cell enters which
-- figure says int_contributions__all, and a test that both agree.
-- A view: what one cell answers, and nothing else can, is held as that cell; the others are int_figures__units_summed.
{{ config(materialized='view') }}
with levels as (
    select
        * exclude (field, from_rows, is_alone),
        'level' as accum,
        1::bigint as cells
    from {{ ref('int_observations__returned') }}
    where is_alone
),

{{ answered('levels') }}

select *, false as is_rivalled from answered
union all by name
select * from {{ ref('int_figures__units_summed') }}
