with source as (
    select * from {{ landing('J3F', 2) }}
)

select * exclude (form, period, province) from source
