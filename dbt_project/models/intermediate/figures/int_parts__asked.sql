-- How many codes of an operand that is made of several an account asks for, in any unit and period. Grain: ratio × role ×
-- kind of data × account. It decides for every figure of the ratio: a renewal that finds another number gives way to a whole build.
{{ config(post_hook="{{ parts_stay() }}") }}
with {{ rate_accounts() }}

select r.ratio as indicator, r.figure_role, o.is_sample, o.account, count(distinct o.dim_code) as parts
from {{ ref('fct_observations') }} as o
inner join {{ ref('ratio_operands') }} as r
    on {{ is_operand('o', 'r') }}
left join accounts as a on r.ratio = a.indicator and o.account = a.account
left join shared as s on r.ratio = s.indicator
where r.is_of_parts and o.role = 'return' and (a.account is not null or s.indicator is null)
group by all
