-- Totals: what each area filed beside the sum of the level below it (levels_of). Grain: kind of data × programme × indicator ×
-- account or publication × area × period.
with levels as (
    {{ levels_of() }}
)

select * from levels
order by is_sample, programme, indicator, period, area_code, group_id
