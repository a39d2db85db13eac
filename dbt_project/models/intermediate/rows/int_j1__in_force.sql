{{ config(materialized='incremental', pre_hook=["{{ ask_late('submissions') }}", "{{ make_room('submission') }}"], post_hook="{{ ask_all() }}") }}
{{ rows_in_force('stg_j1__plan') }}
