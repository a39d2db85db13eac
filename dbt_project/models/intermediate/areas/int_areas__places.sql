-- Units with the same areas above them, as a rule those of a city, under the name of one of them: sums over areas add up
-- such units first. Grain: unit with an area above it.
-- unit_bit: who of a place reported is a set of bits, a number. A place of more than 127 units stops the build (overflow).
with above as (
    select unit_code, list(area_code order by area_code) as areas
    from {{ ref('area_closure') }}
    where area_code <> unit_code
    group by unit_code
)

select
    unit_code,
    min(unit_code) over (partition by areas) as place,
    areas,
    1::hugeint << (row_number() over (partition by areas order by unit_code) - 1)::integer as unit_bit
from above
