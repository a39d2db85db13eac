{# Opening + arrived − paid − returned is closing, and opening is the closing of the year before, to the last digit. #}
{% test fund_identities_hold(model) %}
select is_sample, unit_code, period, account, source, residual, opening_gap
from {{ model }}
where verdict = 'violated'
{% endtest %}
