-- Flow against stock: cumulative to the end of a year, less that year's flow, less an earlier cumulative figure leaves the
-- months between. More than twice the pace printed for the months before, or less than nothing, is a jump: the series was
-- computed anew (bound of two: ours). Grain: indicator × area × pair of windows.
{{ config(contract={'enforced': false}, meta={'preview': false}) }}
with held as (
    select
        programme, indicator, area_code, period, value, printed, source_id, group_id, choice_rank,
        coalesce(half_unit, 0) as half_unit, coalesce(qualifier, 'exact') as qualifier
    from {{ ref('fct_figures') }}
    where not is_sample and accum = 'level' and basis = 'filed' and source_id is not null and not is_doubtful and dim_code = ''
      and obs_status in ('A', 'B') and value is not null
    qualify row_number() over (partition by programme, indicator, area_code, period order by choice_rank) = 1
),

bounded as (
    select *, {{ printed_low('value', 'half_unit', 'qualifier') }} as low, {{ printed_high('value', 'half_unit', 'qualifier') }} as high
    from held
),

early as (
    select
        b.*, split_part(b.period, '/', 2)::date as ends
    from bounded as b
    where regexp_full_match(b.period, '[0-9]{4}-01-01/[0-9]{4}-[0-9]{2}-[0-9]{2}')
),

paired as (
    select
        early.programme, early.indicator, early.area_code, early.period, early.ends,
        early.value, early.low, early.high, early.printed, early.source_id, early.group_id,
        late.period as late_period, late.value - flow.value as other_point, late.low - flow.high as other_low, late.high - flow.low as other_high,
        late.printed || ' − ' || flow.printed as other_printed,
        list_sort(list_distinct([late.source_id, flow.source_id, to_date.source_id])) as other_sources,
        to_date.value as to_date, to_date.high as to_date_high,
        12 - month(early.ends) as months_left, month(early.ends) as months_gone
    from early
    inner join bounded as late
        on early.programme = late.programme and early.indicator = late.indicator and early.area_code = late.area_code
       and late.period = left(early.period, 4) || '/' || (year(early.ends) + 1)
    inner join bounded as flow
        on late.programme = flow.programme and late.indicator = flow.indicator and late.area_code = flow.area_code
       and flow.period = right(late.period, 4)
    inner join bounded as to_date
        on early.programme = to_date.programme and early.indicator = to_date.indicator and early.area_code = to_date.area_code
       and to_date.period = strftime(early.ends, '%Y-%m')
    where month(early.ends) < 12
)

select
    *,
    other_point - value as rest_point,
    other_low - high as rest_low,
    other_high - low as rest_high,
    case
        when other_high - low < 0 then 'differs'
        when (other_low - high) * months_gone > 2 * to_date_high * months_left then 'jump'
        else 'agrees'
    end as verdict
from paired
