-- Questions that one value of a unit answers, and no other account: such an answer is the value, and need not be added up
-- and held again (int_figures__units). Grain: indicator × account × breakdown × whether of a month; rows of a table add
-- up to one value whatever the breakdown, which is then NULL.
with answered as (
    select indicator, form as account, coalesce(dim_code, '') as dim_code
    from {{ ref('indicator_fields') }}
    group by all
    having count(distinct field) = 1
    union all
    select indicator, account, null as dim_code
    from {{ ref('indicator_accounts') }}
    where from_rows and kind <> 'ratio'
)

select a.*, p.is_month
from answered as a
cross join (values (true), (false)) as p (is_month)
anti join {{ ref('int_questions__contested') }} as c on a.indicator = c.indicator and p.is_month = c.is_month
