{# A bound is offered of an incomplete total alone, and does not stand on its head. #}
{% test bounds_are_apart(model) %}
select *
from {{ model }}
where units_reported >= units_expected or lower_bound > upper_bound
{% endtest %}
