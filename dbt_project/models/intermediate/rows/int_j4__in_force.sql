{{ config(materialized='incremental', pre_hook=["{{ ask_late('submissions') }}", "{{ make_room('submission') }}"], post_hook="{{ ask_all() }}") }}
{{ rows_in_force('stg_j4__projects', [
    'submission_id', 'row_no', 'unit_code', 'task_id', 'proj_id', 'xq_name', 'membership', 'rec_status', 'plan_year', 'stage',
    'hh', 'area', 'inv_total', 'inv_jc', 'inv_ws', 'inv_ts', 'inv_done_total', 'has_jc',
    'd_plan', 'd_start', 'd_finish', 'd_accept', 'd_handover', 'd_settle', 'd_mgmt',
    'elev_done_total', 'elder_done_total', 'child_done_total',
], whole=['plan_year']) }}
