{# The rows of one table that are in force, with their period. A table in the build: the landed files move on.
   columns: those that some model or reader asks for, where the table has many more: a national year of rosters is wide.
   whole: those of them that are whole numbers and compared row by row; a decimal of 38 digits is divided each time. #}
{% macro rows_in_force(staged, columns=none, whole=[]) %}
with submissions as (
    select
        submission_id,
        period,
        left(period, 4)::integer as period_year,
        last_day(make_date(
            left(period, 4)::integer, case when length(period) = 7 then right(period, 2) else '12' end::integer, 1
        )) as period_end
    from {{ ref('int_submissions__in_force') }}
)

select
    {%- if columns %}
    {%- for column in columns %}
    r.{{ column }}{% if column in whole %}::bigint as {{ column }}{% endif %},
    {%- endfor %}
    {%- else %}
    r.*,
    {%- endif %}
    s.period,
    s.period_year,
    s.period_end
from {{ ref(staged) }} as r
inner join submissions as s on r.submission_id = s.submission_id
{% endmacro %}
