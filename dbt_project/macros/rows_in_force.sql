{# The rows of one table that are in force, with their period. A table in the build: the landed files move on.
   columns: those that some model or reader asks for, where the table has many more: a national year of rosters is wide. #}
{% macro rows_in_force(staged, columns=none) %}
select
    {% if columns %}r.{{ columns | join(', r.') }}{% else %}r.*{% endif %},
    s.period,
    left(s.period, 4)::integer as period_year,
    last_day(make_date(
        left(s.period, 4)::integer, case when length(s.period) = 7 then right(s.period, 2) else '12' end::integer, 1
    )) as period_end
from {{ ref(staged) }} as r
inner join {{ ref('int_submissions__in_force') }} as s on r.submission_id = s.submission_id
{% endmacro %}
