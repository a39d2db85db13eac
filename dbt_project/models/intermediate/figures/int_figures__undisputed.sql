-- What a unit's own return answers where nothing else can be said, in the shape of an answer. Grain: question × unit.
{{ config(materialized='view') }}
select
    source_kind,
    is_sample,
    programme,
    indicator,
    unit_code as area_code,
    period,
    accum,
    dim_name,
    dim_code,
    'filed' as basis,
    'returns ' || account as group_id,
    value,
    case when is_estimate then 'E' else 'A' end as obs_status,
    1 as units_reported,
    1 as units_expected,
    case when cells > 1 then 'exact' end as qualifier,
    submission_id,
    account,
    false as is_doubtful,
    1 as choice_rank
from {{ ref('int_figures__units') }}
where not is_rivalled
union all by name
select
    * exclude (units, is_rivalled),
    'level' as accum,
    case when denominator = 0 then 'M' else 'A' end as obs_status,
    units as units_reported,
    1 as units_expected,
    false as is_doubtful,
    1 as choice_rank
from {{ ref('int_figures__rates') }}
where not is_rivalled
