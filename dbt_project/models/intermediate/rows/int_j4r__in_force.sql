{{ rows_in_force('stg_j4__resources') }}
