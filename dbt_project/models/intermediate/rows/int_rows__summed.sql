-- What the rows of one submission add up to. Grain: indicator × account × breakdown × submission.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('submissions') }}", "{{ make_room('submission') }}"], post_hook="{{ ask_all() }}") }}
select indicator, account, dim_name, dim_code, submission_id, sum(weight * value::decimal(28, 8)) as value
from {{ ref('int_rows__rolled') }}
group by all
