{# Nothing lies below a unit that fills in returns: sums of levels count on it (levels_of). #}
{% test lies_lowest(model) %}
select unit_code
from {{ model }}
where unit_code in (select parent_code from {{ ref('areas') }})
{% endtest %}
