-- How many codes of an operand that is made of several an account asks for, in any unit and period. Grain: ratio × role ×
-- kind of data × account. It decides for every figure of the ratio: a renewal that finds another number gives way to a whole build.
{{ config(post_hook="{{ parts_stay() }}") }}
with accounts as (
    select indicator, account from {{ ref('indicator_accounts') }} where kind = 'ratio'
),

shared as (
    select distinct indicator from accounts
)

select r.ratio as indicator, r.figure_role, o.is_sample, o.account, count(distinct o.dim_code) as parts
from {{ ref('fct_observations') }} as o
inner join {{ ref('ratio_operands') }} as r
    on o.indicator = r.operand and o.dim_name = coalesce(r.dim_name, '') and o.dim_code = coalesce(r.dim_code, '')
left join accounts as a on r.ratio = a.indicator and o.account = a.account
left join shared as s on r.ratio = s.indicator
where r.is_of_parts and o.role = 'return' and (a.account is not null or s.indicator is null)
group by all
