-- The first period after a change of territory, and a range of years across one. Grain: area × period × accumulation.
with periods as (
    select distinct period from {{ ref('int_observations__returned') }}
    union
    select distinct period from {{ ref('int_publications__observed') }}
    union
    select distinct period from {{ ref('int_figures__years_summed') }}
)

select distinct b.area_code, p.period, a.accum
from {{ ref('area_breaks') }} as b
inner join (values ('level'), ('flow')) as a (accum) on coalesce(b.accum, a.accum) = a.accum
inner join periods as p
    on case
        when length(p.period) = 9
            then left(p.period, 4) || '-01' < b.month and b.month <= right(p.period, 4) || '-12'
        else p.period in (b.month, left(b.month, 4))
    end
