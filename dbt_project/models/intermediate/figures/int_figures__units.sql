-- What each unit's own returns answer: as filed, for a month alone, and times a factor. Grain: question × unit × account.
-- The parts of areas too (int_figures__areas): a unit is added up once, whatever lies above it. Which cell enters which
-- figure says int_contributions__all, and a test that both agree.
{{ config(materialized='view') }}
select * from {{ ref('int_figures__alone') }}
union all by name
select * from {{ ref('int_figures__units_summed') }}
