-- Areas of which more may be said than their own returns do: sums of units below, plans of units that were merged into
-- them, months of a change of territory and breaks of series, publications. Grain: area.
select area_code from {{ ref('area_closure') }} where area_code <> unit_code
union
select heir_code from {{ ref('area_heirs') }}
union
select area_code from {{ ref('area_opening_areas') }}
union
select area_code from {{ ref('area_breaks') }}
union
select unit_code from {{ ref('int_publications__observed') }}
