with source as (
    select * from {{ landing('J2', 2) }}
)

select * exclude (form, period, province) from source
