with source as (
    select * from {{ landing('PUB', 1) }}
)

select * exclude (form, source) from source
