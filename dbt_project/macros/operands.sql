{# Accounts that hold both operands of a rate, and the rates that have such: where one has, no other account answers. Two CTEs. #}
{% macro rate_accounts() -%}
accounts as (
    select indicator, account from {{ ref('indicator_accounts') }} where kind = 'ratio'
),

shared as (
    select distinct indicator from accounts
)
{%- endmacro %}
{# Whether a value is an operand of a rate: of one made of parts only under the code that it names. #}
{% macro is_operand(value, operand) -%}
  {{ value }}.indicator = {{ operand }}.operand
       and (
           not {{ operand }}.is_of_parts
           or ({{ value }}.dim_name = coalesce({{ operand }}.dim_name, '') and {{ value }}.dim_code = coalesce({{ operand }}.dim_code, ''))
       )
{%- endmacro %}
{# Whether what a unit planned passes on to its heir: for the rest of the year in which it was merged. #}
{% macro passes_on(value, heir) -%}
  {{ value }}.unit_code = {{ heir }}.unit_code and left({{ value }}.period, 4) = left({{ heir }}.month, 4)
       and {{ last_month(value ~ '.period') }} >= {{ heir }}.month
{%- endmacro %}
