{# A row of a table names a task of the roster in the same submission. #}
{% test task_on_roster(model) %}
select r.submission_id, r.row_no, r.task_id
from {{ model }} as r
anti join {{ ref('int_j4__in_force') }} as p on r.submission_id = p.submission_id and r.task_id = p.task_id
{% endtest %}
