-- Days from one milestone to a later one: number, quartiles and median of the tasks that have both dates. Grain: kind of
-- data × programme × cohort × month × area × pair. Quartiles stand between the two nearest values, weighted by quarters
-- (the inclusive method of spreadsheets), so that they are exact decimals.
{{ config(materialized='incremental', pre_hook="{{ make_room('cohort') }}") }}
{%- set keys = ['is_sample', 'programme', 'cohort_year', 'month', 'area_code', 'from_milestone', 'to_milestone'] %}
{%- set quarters = [(1, 'lower_quartile_days'), (2, 'median_days'), (3, 'upper_quartile_days')] %}
with by_unit as (
    select is_sample, programme, cohort_year, month, unit_code, from_milestone, to_milestone, days, count(*) as tasks
    from {{ ref('int_j4__spans') }}
    where days is not null and {{ in_scope('lock') }}
    group by all
),

-- equal numbers of days are counted, not listed: an area has at most some hundreds of different ones
counted as (
    select
        s.is_sample, s.programme, s.cohort_year, s.month, c.area_code, s.from_milestone, s.to_milestone, s.days,
        sum(s.tasks)::bigint as tasks
    from by_unit as s
    inner join {{ ref('area_closure') }} as c on s.unit_code = c.unit_code
    where {{ in_scope('area of rosters', 'c') }}
    group by all
),

ordered as (
    select
        *,
        sum(tasks) over (partition by {{ keys | join(', ') }} order by days)::bigint as up_to,
        sum(tasks) over (partition by {{ keys | join(', ') }})::bigint as n
    from counted
),

placed as (
    select
        {{ keys | join(', ') }},
        n,
        coalesce(sum(tasks) filter (where days < 0), 0) as n_negative,
        min(days) as least_days,
        max(days) as most_days,
        {%- for quarter, name in quarters %}
        min(days) filter (where up_to >= (n - 1) * {{ quarter }} // 4 + 1) as {{ name }}_below,
        min(days) filter (where up_to >= least(n, (n - 1) * {{ quarter }} // 4 + 2)) as {{ name }}_above{% if not loop.last %},{% endif %}
        {%- endfor %}
    from ordered
    group by {{ keys | join(', ') }}, n
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
        least_days::integer as least_days,
        {%- for quarter, name in quarters %}
        (0.25 * (
            {{ name }}_below * (4 - (n - 1) * {{ quarter }} % 4) + {{ name }}_above * ((n - 1) * {{ quarter }} % 4)
        ))::decimal(12, 2) as {{ name }},
        {%- endfor %}
        most_days::integer as most_days
    from placed
)

select * from final
order by is_sample, programme, cohort_year, month, area_code, from_milestone, to_milestone
