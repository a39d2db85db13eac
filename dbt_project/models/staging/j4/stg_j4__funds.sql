with source as (
    select * from {{ landing('J4F', 2) }}
)

select * exclude (form, period, province) from source
