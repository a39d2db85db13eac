-- Questions that several accounts may answer, by the rule book. Grain: indicator × whether of a month, else of a year.
with accounts as (
    select a.indicator, p.is_month
    from {{ ref('indicator_accounts') }} as a
    inner join (values (true), (false)) as p (is_month) on a.is_monthly or not p.is_month
    where a.kind <> 'ratio'
    group by all
    having count(distinct a.account) > 1
)

select * from accounts
union all
select i.indicator, a.is_month
from accounts as a
inner join {{ ref('indicators') }} as i on a.indicator = i.base
where i.kind = 'scaled'
