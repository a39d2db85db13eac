{# Where series break among some periods: the first one after a change of territory, and a range of years across one. #}
{% macro broken_series(periods) -%}
    select distinct b.area_code, p.period, a.accum
    from {{ ref('area_breaks') }} as b
    inner join (values ('level'), ('flow')) as a (accum) on coalesce(b.accum, a.accum) = a.accum
    inner join {{ periods }} as p
        on case
            when length(p.period) = 9
                then left(p.period, 4) || '-01' < b.month and b.month <= right(p.period, 4) || '-12'
            else p.period in (b.month, left(b.month, 4))
        end
{%- endmacro %}
