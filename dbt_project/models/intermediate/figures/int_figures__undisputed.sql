-- What a unit's own return answers where nobody else can. Grain: question × unit. Shaped as int_figures__candidates.
{{ config(materialized='view') }}
with filed as (
    {{ as_filed(ref('int_figures__units')) }} and not is_rivalled
)

select *, 1 as choice_rank from filed
