-- Months that fell without a reason, at the unit and everywhere above it. Grain: question × account × area.
select distinct n.is_sample, n.programme, n.indicator, n.account, n.dim_code, n.month, c.area_code
from {{ ref('fct_negative_flows') }} as n
inner join (
    select area_code, unit_code from {{ ref('area_closure') }}
    union
    select area_code, area_code as unit_code from {{ ref('areas') }}
) as c on n.unit_code = c.unit_code
where not n.is_explained
