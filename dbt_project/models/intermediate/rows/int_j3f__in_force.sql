{{ rows_in_force('stg_j3__funds') }}
