with source as (
    select * from {{ landing('J1', 2) }}
)

select * exclude (form, period, province) from source
