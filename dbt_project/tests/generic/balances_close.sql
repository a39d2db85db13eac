{# A cohort's balance is arrived − paid − returned, of every source that a submission fills in whole. #}
{% test balances_close(model) %}
with sums as (
    select
        submission_id,
        period,
        dim_code,
        max(value) filter (where indicator = 'cohort_funds_balance') as balance,
        max(value) filter (where indicator = 'cohort_funds_arrived') as arrived,
        max(value) filter (where indicator = 'cohort_funds_paid') as paid,
        max(value) filter (where indicator = 'cohort_funds_returned') as returned
    from {{ model }}
    group by all
),

-- a row with a blank stands in one sum and not in another
blanks as (
    select distinct submission_id
    from {{ ref('int_j4f__in_force') }}
    where (arrived is null) <> (paid is null)
)

select sums.*
from sums
anti join blanks on sums.submission_id = blanks.submission_id
where balance <> arrived - paid - returned
{% endtest %}
