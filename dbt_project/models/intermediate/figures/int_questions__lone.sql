-- Questions that one value of a unit answers, and no other account: such an answer is the value, and need not be added up
-- and held again (int_figures__units). Grain: indicator × account × breakdown; rows of a table add up to one value
-- whatever the breakdown, which is then NULL.
with answered as (
    select indicator, form as account, coalesce(dim_code, '') as dim_code
    from {{ ref('indicator_fields') }}
    group by all
    having count(distinct field) = 1
    union all
    select indicator, account, null as dim_code
    from {{ ref('indicator_accounts') }}
    where from_rows and kind <> 'ratio'
),

contested as (
    select indicator, bool_or(is_month) as has_month, bool_or(not is_month) as has_year
    from {{ ref('int_questions__contested') }}
    group by all
)

select a.*, not coalesce(c.has_month, false) as is_lone_month, not coalesce(c.has_year, false) as is_lone_year
from answered as a
left join contested as c on a.indicator = c.indicator
