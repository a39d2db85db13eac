-- Every filed movement of money, a cell a row. Grain: submission × field × row of the table.
-- A view: the rows are millions in a national year, and asked for by unit and period. A blank cell is no row.
{{ config(materialized='view', meta={'preview': false}) }}
with movements as (
    select code as movement, calendar from {{ ref('fund_movements') }}
),

-- named first: a view that unpivots a table itself keeps the name of the file that it was made in
j2_rows as (
    select * exclude (row_no, unit_code, period, period_year, period_end) from {{ ref('int_j2__in_force') }} where {{ asked('periods', 'period') }}
),

j3f_rows as (
    select * from {{ ref('int_j3f__in_force') }} where {{ asked('periods', 'period') }}
),

j4f_rows as (
    select * from {{ ref('int_j4f__in_force') }} where {{ asked('periods', 'period') }}
),

j4_rows as (
    select * from {{ ref('int_j4__in_force') }} where {{ asked('periods', 'period') }}
),

j2_cells as (
    unpivot j2_rows
    on columns(* exclude (submission_id))
    into name field value amount
),

-- monthly returns: the total of an item, and the parts that the form splits out of it
monthly as (
    select
        c.submission_id,
        'J2' as account,
        m.movement,
        f.field,
        null::integer as row_no,
        case when f.dim_name = 'source' then f.dim_code end as source,
        coalesce(f.dim_name, '') = 'source' as is_part,
        c.amount
    from j2_cells as c
    inner join {{ ref('indicator_fields') }} as f on c.field = f.field and f.form = 'J2'
    inner join movements as m on f.indicator = m.calendar
    where coalesce(f.dim_name, '') in ('', 'source')
),

yearly as (
    unpivot j3f_rows
    on carry_in as opening, planned, allotted, arrived, paid, returned, carry_out as closing
    into name movement value amount
),

by_task as (
    unpivot j4f_rows
    on planned, allotted, arrived, paid, returned
    into name movement value amount
),

invested as (
    unpivot j4_rows
    on inv_total, inv_jc, inv_ws, inv_ts, inv_done_total
    into name field value amount
),

accounts as (
    select
        *, null::varchar as content, null::varchar as task_id, null::varchar as document, null::date as first_arrived_on
    from monthly
    union all by name
    select
        submission_id,
        'J3F' as account,
        movement,
        'J3F.' || case movement when 'opening' then 'carry_in' when 'closing' then 'carry_out' else movement end as field,
        row_no,
        src as source,
        false as is_part,
        amount
    from yearly
    union all by name
    select
        submission_id,
        'J4F' as account,
        movement,
        'J4F.' || movement as field,
        row_no,
        src as source,
        false as is_part,
        amount,
        task_id,
        doc_no as document,
        first_arr as first_arrived_on
    from by_task
    union all by name
    select
        submission_id,
        'J4' as account,
        case field when 'inv_done_total' then 'investment_done' else 'investment_planned' end as movement,
        'J4.' || field as field,
        row_no,
        field in ('inv_jc', 'inv_ws', 'inv_ts') as is_part,
        amount,
        case field when 'inv_jc' then 'JC' when 'inv_ws' then 'WS' when 'inv_ts' then 'TS' end as content,
        task_id
    from invested
    union all by name
    -- the 49 items are parts of what J4 states
    select
        submission_id,
        'J4C' as account,
        'investment_planned' as movement,
        'J4C.invest' as field,
        row_no,
        true as is_part,
        invest as amount,
        item as content,
        task_id
    from {{ ref('int_j4c__in_force') }}
    where invest is not null and {{ asked('periods', 'period') }}
),

final as (
    select
        s.is_sample::boolean as is_sample,
        s.source_kind::varchar as source_kind,
        s.programme::varchar as programme,
        s.province_code::varchar as province_code,
        s.unit_code::varchar as unit_code,
        s.period::varchar as period,
        case when a.task_id is null then left(s.period, 4) end::integer as calendar_year,
        p.plan_year::integer as cohort_year,
        case
            when a.task_id is not null then 'life_to_date'
            when length(s.period) = 4 then 'year'
            else 'year_to_date'
        end::varchar as span,
        a.account::varchar as account,
        a.movement::varchar as movement,
        a.source::varchar as source,
        coalesce(f.parent, f.code)::varchar as source_group,
        f.level::varchar as level,
        case when a.account = 'J4C' then left(a.content, 2) else a.content end::varchar as content_class,
        case when a.account = 'J4C' then a.content end::varchar as content_item,
        p.proj_id::varchar as proj_id,
        a.task_id::varchar as task_id,
        p.xq_name::varchar as community,
        coalesce(a.task_id is null or (p.membership = 'M1' and p.rec_status = 'A'), false)::boolean as counts,
        a.is_part::boolean as is_part,
        a.amount::decimal(38, 8) as amount,
        a.first_arrived_on::date as first_arrived_on,
        a.document::varchar as document,
        s.submission_id::varchar as submission_id,
        s.version::integer as version,
        s.map_id::varchar as map_id,
        s.file_name::varchar as file_name,
        a.field::varchar as field,
        a.row_no::integer as row_no
    from accounts as a
    inner join {{ ref('int_submissions__in_force') }} as s on a.submission_id = s.submission_id
    left join j4_rows as p on a.submission_id = p.submission_id and a.task_id = p.task_id
    left join {{ ref('fund_sources') }} as f on a.source = f.code
)

select * from final
