-- Codes that some row of an account names, filled in or not: a unit without a row of one has none of it. Grain: indicator ×
-- account × kind of data × breakdown. A code that is new or gone changes every unit: a renewal then gives way to a whole build.
{{ config(
    materialized='incremental',
    pre_hook="{{ codes_stay(this, ref('int_submissions__in_force'), ref('int_rows__summed'), ref('int_rows__unanswered'),
        ref('indicator_accounts'), ref('dimension_members')) }}"
) }}
{{ codes_named(ref('int_submissions__in_force'), ref('int_rows__summed'), ref('int_rows__unanswered'), ref('indicator_accounts'), ref('dimension_members')) }}
{%- if renews() %}
limit 0
{%- endif %}
