{# Areas above the units of one place (int_areas__places): a sum of the place enters each of them. #}
{% macro areas_above() -%}
(select place, unnest(areas) as area_code from {{ ref('int_areas__places') }} where unit_code = place)
{%- endmacro %}
