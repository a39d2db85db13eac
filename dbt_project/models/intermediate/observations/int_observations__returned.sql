-- Every value of a return in force that a figure can be made of: as filed in one field, or as the rows of a table add up.
-- Beside the value stands what the month alone adds. A blank field is no row: missing is not zero.
-- Grain: cell or total of rows × indicator × breakdown × period answered.
{{ config(materialized='incremental', pre_hook="{{ make_room('cell') }}") }}
{%- set forms = answering_fields() %}
with flows as (
    select indicator from {{ ref('indicators') }} where kind = 'flow' and not constant_in_year
),

questions as (
    select f.*, f.indicator in (select indicator from flows) as has_flow, q.is_lone_month, q.is_lone_year
    from {{ ref('indicator_fields') }} as f
    left join {{ ref('int_questions__lone') }} as q
        on f.indicator = q.indicator and f.form = q.account and coalesce(f.dim_code, '') = q.dim_code
),

{% for form, fields in forms.items() -%}
-- a part that need not be filed is zero once its total is filed
{{ form | lower }}_filled as (
    select
        s.submission_id, s.source_kind, s.is_sample, s.programme, s.unit_code, s.period,
        case when length(s.period) = 7 then {{ month_no('s.period') }} end as month_no
        {%- for field, total in fields.items() %},
        {% if total -%} coalesce(r.{{ field }}, case when r.{{ total }} is not null then 0 end)::decimal(38, 8) as {{ field }}
        {%- else -%} r.{{ field }}::decimal(38, 8) as {{ field }} {%- endif -%}
        {%- endfor %}
    from {{ ref('int_' ~ form | lower ~ '__in_force') }} as r
    inner join {{ ref('int_submissions__in_force') }} as s on r.submission_id = s.submission_id
    where {{ in_scope('filer', 's') }}
),

-- with the month before beside it, before there are many rows; January is the year to date
{{ form | lower }}_cells as (
    select
        f.submission_id, f.source_kind, f.is_sample, f.programme, f.unit_code, f.period
        {%- for field in fields %},
        struct_pack(
            filed := f.{{ field }}, flow := f.{{ field }} - case when {{ is_january('f.period') }} then 0 else b.{{ field }} end
        ) as {{ field }}
        {%- endfor %}
    from {{ form | lower }}_filled as f
    left join {{ form | lower }}_filled as b
        on {{ same_keys('f', 'b', ['source_kind', 'programme', 'unit_code']) }} and f.month_no = b.month_no + 1
    where {{ in_scope('cell', 'f') }}
),

{{ form | lower }}_dated as (
    select * from {{ form | lower }}_cells
    union all
    -- a year's figure is its December
    select * replace (left(period, 4) as period) from {{ form | lower }}_cells where right(period, 3) = '-12'
),

{{ form | lower }}_unpivoted as (
    unpivot {{ form | lower }}_dated on {{ fields | join(', ') }} into name field value cell
),

{% endfor -%}
unpivoted as (
    {% for form in forms -%}
    select *, '{{ form }}' as form from {{ form | lower }}_unpivoted
    {% if not loop.last %}union all by name
    {% endif %}
    {%- endfor -%}
),

-- a plan answers for the periods that it holds in
answered as (
    select u.* replace (coalesce(p.period, u.period) as period), q.* exclude (form, field)
    from unpivoted as u
    inner join questions as q on u.form = q.form and u.field = q.field
    left join {{ ref('int_plans__by_period') }} as p
        on u.submission_id = p.submission_id and q.version = p.question and q.kind = 'plan'
    where u.cell.filed is not null and (q.kind in ('flow', 'stock') or p.submission_id is not null)
),

returned as (
    select
        source_kind,
        is_sample,
        programme,
        indicator,
        coalesce(dim_name, '') as dim_name,
        coalesce(dim_code, '') as dim_code,
        unit_code,
        period,
        cell.filed as value,
        case when has_flow and length(period) = 7 then cell.flow end as flow,
        submission_id,
        form as account,
        field::varchar as field,
        false as from_rows,
        coalesce(case when length(period) = 7 then is_lone_month else is_lone_year end, false) as is_lone
    from answered
),

-- of what rows add up to, as a rule over the life of a task, hardly anything has a month alone
totaled_months as (
    select t.*, {{ month_no('t.period') }} as month_no
    from {{ ref('int_rows__totaled') }} as t
    semi join flows as f on t.indicator = f.indicator
    where length(t.period) = 7 and {{ in_scope('filer', 't') }}
),

totaled_flows as (
    select
        t.submission_id, t.indicator, t.account, t.dim_code,
        t.value - case when {{ is_january('t.period') }} then 0 else b.value end as flow
    from totaled_months as t
    left join totaled_months as b
        on {{ same_keys('t', 'b', ['source_kind', 'programme', 'indicator', 'account', 'unit_code']) }}
       and t.dim_code is not distinct from b.dim_code and t.month_no = b.month_no + 1
),

totaled as (
    select
        t.* replace (coalesce(t.dim_name, '') as dim_name, coalesce(t.dim_code, '') as dim_code),
        f.flow::decimal(38, 8) as flow,
        true as from_rows,
        coalesce(case when length(t.period) = 7 then q.is_lone_month else q.is_lone_year end, false) as is_lone
    from {{ ref('int_rows__totaled') }} as t
    left join {{ ref('int_questions__lone') }} as q on t.indicator = q.indicator and t.account = q.account and q.dim_code is null
    left join totaled_flows as f
        on {{ same_keys('t', 'f', ['submission_id', 'indicator', 'account']) }}
       and t.dim_code is not distinct from f.dim_code and length(t.period) = 7
    where {{ in_scope('cell', 't') }}
),

known as (
    select * from returned
    union all by name
    select * from totaled
)

select
    k.* exclude (is_lone),
    -- nothing else answers: one cell or one total, from one account, of a unit that stands for itself alone
    k.is_lone and k.unit_code not in (select area_code from {{ ref('int_areas__shared') }}) as is_alone
from known as k
