-- Days from one milestone to a later one: number, quartiles and median of the tasks that have both dates. Grain: kind of
-- data × programme × cohort × month × area × pair. Quartiles stand between the two nearest values, weighted by quarters
-- (the inclusive method of spreadsheets), so that they are exact decimals.
with spans as (
    select s.*, c.area_code
    from {{ ref('int_j4__spans') }} as s
    inner join {{ ref('area_closure') }} as c on s.unit_code = c.unit_code
    where s.days is not null
),

listed as (
    select
        is_sample, programme, cohort_year, month, area_code, from_milestone, to_milestone,
        list(days order by days) as held,
        count(*) as n,
        count(*) filter (where days < 0) as n_negative
    from spans
    group by all
),

final as (
    select
        is_sample::boolean as is_sample,
        programme::varchar as programme,
        cohort_year::integer as cohort_year,
        month::varchar as month,
        area_code::varchar as area_code,
        from_milestone::varchar as from_milestone,
        to_milestone::varchar as to_milestone,
        n::integer as n,
        n_negative::integer as n_negative,
        held[1]::integer as least_days,
        {%- for quarter, name in [(1, 'lower_quartile_days'), (2, 'median_days'), (3, 'upper_quartile_days')] %}
        (0.25 * (
            held[(n - 1) * {{ quarter }} // 4 + 1] * (4 - (n - 1) * {{ quarter }} % 4)
            + held[least(n, (n - 1) * {{ quarter }} // 4 + 2)] * ((n - 1) * {{ quarter }} % 4)
        ))::decimal(12, 2) as {{ name }},
        {%- endfor %}
        held[n]::integer as most_days
    from listed
)

select * from final
order by is_sample, programme, cohort_year, month, area_code, from_milestone, to_milestone
