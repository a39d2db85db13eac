with source as (
    select * from {{ landing('J4P', 2) }}
)

select * exclude (form, period, province) from source
