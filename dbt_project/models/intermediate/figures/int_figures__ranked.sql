-- Figures of areas, and of units of which more may be said than they say: chosen answer and alternatives. Grain: question ×
-- basis × group. In no order: sorting the rows of a nation takes more memory than making them, and a renewal appends.
{{ config(materialized='incremental', pre_hook=["{{ ask_late('questions') }}", "{{ make_room('question') }}"], post_hook="{{ ask_all() }}") }}
select * exclude (preference) from {{ ref('int_figures__candidates') }}
where {{ in_scope('question') }}
