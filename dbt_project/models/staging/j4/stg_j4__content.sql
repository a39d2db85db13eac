with source as (
    select * from {{ landing('J4C', 2) }}
)

select * exclude (form, period, province) from source
