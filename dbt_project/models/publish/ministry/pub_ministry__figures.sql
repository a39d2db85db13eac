{{ config(materialized='incremental', pre_hook="{{ make_room('figure') }}") }}
{{ chosen_figures(['public', 'ministry']) }}
