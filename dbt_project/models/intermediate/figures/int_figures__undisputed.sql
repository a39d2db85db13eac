-- What a unit's own return answers where nobody else can. Grain: question × unit. Shaped as int_figures__candidates.
{{ config(materialized='view') }}
select
    * exclude (unit_code, cells, is_additive, is_rivalled),
    unit_code as area_code,
    'filed' as basis,
    'returns ' || account as group_id,
    1 as units_reported,
    1 as units_expected,
    case when cells > 1 then 'exact' end as qualifier,
    false as is_doubtful,
    1 as choice_rank
from {{ ref('int_figures__units') }}
where not is_rivalled and {{ asked_only('indicator', 'period') }} and {{ asked('areas', 'unit_code') }}
