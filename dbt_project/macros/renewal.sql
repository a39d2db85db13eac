{# A build that renews (decision 34): a copy of the build before, in which what came since is put in the place of what it
   replaces. Which rows that may touch stands in the schema `late` while dbt runs: submissions, answers, and the product
   indicators × areas × periods. A whole build has no `late`, and every scope here is `true`. #}
{% macro renews() -%}
  {{ return(env_var('JIUGAI_RENEWS', '') != '') }}
{%- endmacro %}

{# The rows of a table that what came since may touch, by its grain:
   submission: one submission's own; answer: also one whose plan answers for other periods than before; cell: also
   of the month after, whose month alone these change; filer: all that the units of such submissions filed;
   status: who filed such a form in such a province;
   unit: a unit's figures; question: an area's; range: its ranges of years; figure: both; place: of whatever indicator;
   level: what an area filed beside the sum of the level below, in which the year before weighs;
   missing unit, bound: what is known of a unit in the months of a year that it did not report, and of the areas above it;
   task, cohort: what rosters say at a lock, and in the areas above. The others narrow what these are made of. #}
{% macro in_scope(grain, alias='') -%}
  {%- set a = alias ~ '.' if alias else '' -%}
  {%- set indicator = a ~ 'indicator in (select x.indicator from late.indicators as x)' -%}
  {%- set period = a ~ 'period in (select x.period from late.periods as x)' -%}
  {%- set area = a ~ 'area_code in (select x.area_code from late.areas as x)' -%}
  {%- set unit = a ~ 'unit_code in (select x.unit_code from late.observed as x)' -%}
  {%- set bounded = a ~ 'indicator in (select x.indicator from late.bounded as x)' -%}
  {%- set bounded_month = a ~ 'period in (select x.period from late.bounded_periods as x)' -%}
  {%- set lock = a ~ 'month in (select x.month from late.locks as x)' -%}
  {%- set has_years = 'exists (select 1 from late.periods as x where length(x.period) = 4)' -%}
  {%- set scopes = {
      'submission': [a ~ 'submission_id in (select x.submission_id from late.submissions as x)'],
      'answer': [a ~ 'submission_id in (select x.submission_id from late.answers as x)'],
      'cell': [a ~ 'submission_id in (select x.submission_id from late.cells as x)'],
      'filer': [a ~ 'unit_code in (select x.unit_code from late.filers as x)'],
      'status': [
          a ~ 'form in (select x.form from late.submissions as x)',
          a ~ 'province_code in (select x.province_code from late.submissions as x)',
      ],
      'unit': [indicator, period, unit],
      'cells of units': [a ~ 'indicator in (select x.indicator from late.operands as x)', unit, period],
      'question': [indicator, area, period],
      'question of any area': [indicator, period],
      'area': [area],
      'period': [period],
      'operand': [a ~ 'indicator in (select x.indicator from late.operands as x)'],
      'ratio': [a ~ 'ratio in (select x.indicator from late.indicators as x)'],
      'level': [indicator, area, a ~ 'period in (select x.period from late.level_periods as x)'],
      'cells of levels': [indicator, a ~ 'period in (select x.period from late.years_beside as x)'],
      'range': [indicator, area, has_years],
      'place': [area, '(' ~ period ~ ' or length(' ~ a ~ 'period) = 9 and ' ~ has_years ~ ')'],
      'missing unit': [bounded, bounded_month, a ~ 'unit_code in (select x.unit_code from late.bounded_units as x)'],
      'bound': [bounded, bounded_month, a ~ 'area_code in (select x.area_code from late.bounded_areas as x)'],
      'cells of bounds': [bounded, bounded_month],
      'plans of bounds': [a ~ 'indicator in (select x.upper_bound from late.bounded as x)', bounded_month],
      'task': [lock, a ~ 'unit_code in (select x.unit_code from late.roster_units as x)'],
      'cohort': [lock, a ~ 'area_code in (select x.area_code from late.roster_areas as x)'],
      'lock': [lock],
      'area of rosters': [a ~ 'area_code in (select x.area_code from late.roster_areas as x)'],
      'area of bounds': [a ~ 'area_code in (select x.area_code from late.bounded_areas as x)'],
      'rows of a lock': [a ~ 'period in (select x.month from late.locks as x)'],
      'figure': [indicator, area, '(' ~ period ~ ' or length(' ~ a ~ 'period) = 9 and ' ~ has_years ~ ')'],
  } -%}
  {{ scopes[grain] | join(' and ') if renews() else 'true' }}
{%- endmacro %}

{# Pre-hook of a table that is renewed: what its select gives again goes first. #}
{% macro make_room(grain) -%}
  {%- if renews() and is_incremental() -%} delete from {{ this }} where {{ in_scope(grain) }} {%- endif -%}
{%- endmacro %}

{# Views over millions of rows read no more than what came since: hooks around a table that is made from them. An empty list
   reads nothing; NULL would read everything. #}
{% macro ask_late(what) -%}
  {%- if not renews() -%}
  {%- elif what == 'submissions' -%}
  set variable asked_submissions = (select coalesce(list(submission_id), []) from late.submissions);
  set variable asked_landed = (select coalesce(list(distinct period), []) from late.submissions)
  {%- elif what == 'rosters' -%}
  set variable asked_locks = (
      select coalesce(list(month), [])
      from (select month from late.locks union select month from late.newest_locks) as known
  )
  {%- else -%}
  set variable asked_indicators = (select coalesce(list(indicator), []) from late.operands);
  set variable asked_areas = (select coalesce(list(area_code), []) from late.areas_beside);
  set variable asked_periods = (
      select coalesce(list(period), [])
      from (
          select period from late.months_beside
          {%- if what == 'ranges' %}
          union
          select distinct period from main.int_figures__ranked where length(period) in (4, 9)
          union
          select distinct period from main.int_figures__ranges
          {%- endif %}
      ) as known
  )
  {%- endif -%}
{%- endmacro %}
{% macro ask_all() -%}
  {%- if renews() -%}
  {%- for name in ['submissions', 'landed', 'indicators', 'periods', 'areas', 'locks'] -%}
  set variable asked_{{ name }} = null{{ '; ' if not loop.last }}
  {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{# Where a scope cannot be named the renewal ends, and quality.warehouse makes a whole build; the word says why. #}
{% macro whole_build_if(condition, why) -%}
  select case when {{ condition }} then error('whole build: {{ why }}') end
{%- endmacro %}

{# on-run-start: the build before, as it was, and what came since (quality.renewal says what that is).
   on-run-end: nothing of a renewal stays in a build. #}
{% macro begin_renewal() -%}
  {%- if renews() -%}
  attach {{ path_text(env_var('JIUGAI_RENEWS')) }} as before (read_only);
  create schema late;
  create table late.submissions as select * from read_parquet({{ file_in('JIUGAI_REGISTER_DIR', 'late.parquet') }});
  create table late.answers as select submission_id from late.submissions;
  create table late.filers as select distinct unit_code from late.submissions
  {%- endif -%}
{%- endmacro %}
{% macro end_renewal() -%}
  {%- if renews() -%} drop schema if exists late cascade {%- endif -%}
{%- endmacro %}

{# Post-hook of int_plans__by_period: plans that answer for other periods, or no longer do; and the returns of the month after. #}
{% macro late_plans() -%}
  {%- if renews() -%}
  create table late.plans as
  (select * from {{ this }} except select * from before.main.int_plans__by_period)
  union
  (select * from before.main.int_plans__by_period except select * from {{ this }});
  insert into late.answers select submission_id from late.plans except select submission_id from late.answers;
  insert into late.filers select unit_code from late.plans except select unit_code from late.filers;
  create table late.cells as
  select submission_id from late.answers
  union
  select s.submission_id
  from main.int_submissions__in_force as s
  inner join (
      select form, unit_code, {{ month_off('period', 1) }} as period from late.submissions where length(period) = 7
  ) as l on s.form = l.form and s.unit_code = l.unit_code and s.period = l.period
  {%- endif -%}
{%- endmacro %}

{# Post-hook of fct_negative_flows: the questions that changed observations and changed falls enter, the area of each
   unit with everything above it, its heirs and the areas of a change of territory; and what these questions are made of. #}
{% macro late_questions() -%}
  {%- if renews() -%}
  {%- set falls = 'select * from main.fct_negative_flows where ' ~ in_scope('filer') -%}
  {%- set falls_before = 'select * from before.main.fct_negative_flows where ' ~ in_scope('filer') -%}
  create table late.observed as
  select distinct indicator, unit_code, period
  from (
      select indicator, unit_code, period from main.fct_observations where {{ in_scope('answer') }}
      union all
      select indicator, unit_code, period from before.main.fct_observations where {{ in_scope('answer') }}
      union all
      select indicator, unit_code, month from (
          ({{ falls }} except {{ falls_before }}) union all ({{ falls_before }} except {{ falls }})
      ) as fallen
  ) as changed;
  create table late.indicators as
  select indicator from late.observed
  union
  select i.indicator from main.indicators as i inner join late.observed as o on i.base = o.indicator
  union
  select r.ratio from main.ratio_operands as r inner join late.observed as o on r.operand = o.indicator;
  create table late.operands as
  select indicator from late.indicators
  union
  select i.base from main.indicators as i inner join late.indicators as l on i.indicator = l.indicator where i.base is not null
  union
  select r.operand from main.ratio_operands as r inner join late.indicators as l on r.ratio = l.indicator;
  create table late.periods as
  select period from late.observed
  union
  select {{ month_off('period', 1) }} from late.observed where length(period) = 7;
  create table late.months_beside as
  select period from late.periods
  union
  select {{ month_off('period', -1) }} from late.periods where length(period) = 7;
  create table late.level_periods as
  select period from late.observed
  union
  select {{ year_off('period', 1) }} from late.observed where length(period) in (4, 7);
  create table late.years_beside as
  select period from late.level_periods
  union
  select {{ year_off('period', -1) }} from late.level_periods where length(period) in (4, 7);
  create table late.areas as
  with units as (
      select unit_code from late.observed
      union
      select h.heir_code from main.area_heirs as h inner join late.observed as o on h.unit_code = o.unit_code
      union
      -- what a unit weighed a year before lies with those that hold its territory, and counts once all of them report
      select f.follower_code from main.area_followers as f inner join late.observed as o on f.unit_code = o.unit_code
      union
      select f.follower_code
      from main.area_followers as f
      inner join main.area_followers as g on f.unit_code = g.unit_code
      inner join late.observed as o on g.follower_code = o.unit_code
  ),
  reached as (
      select unit_code as area_code from units
      union
      select c.area_code from main.area_closure as c inner join units as u on c.unit_code = u.unit_code
      union
      select a.area_code
      from main.area_opening_areas as a
      inner join main.area_openings as o on a.opening_id = o.opening_id
      inner join units as u on o.unit_code = u.unit_code
  )
  select area_code from reached
  union
  select unnest([a.parent_code, a.province_code, (select n.area_code from main.areas as n where n.level = 'national')])
  from main.areas as a inner join reached as r on a.area_code = r.area_code where a.parent_code is not null;
  create table late.areas_beside as
  select area_code from late.areas
  union
  select unit_code from main.area_openings;
  {{ late_bounds() }}
  {%- endif -%}
{%- endmacro %}

{# What is known of units that did not report: of a unit, whatever it filed in the year; of every unit, where a month is
   asked about that nobody else filed, or no longer is. #}
{% macro late_bounds() -%}
  create table late.bounded as
  select i.indicator, i.upper_bound
  from main.indicators as i
  inner join late.observed as o on o.indicator in (i.indicator, i.upper_bound)
  group by all;
  create table late.bounded_periods as
  with years as (
      select distinct left(period, 4) as year from late.observed where length(period) in (4, 7)
  )
  select year as period from years
  union all
  select year || '-' || lpad(m.month::varchar, 2, '0') from years, range(1, 13) as m (month);
  create table late.bounded_units as
  with now as ({{ months_filed('main') }}), held as ({{ months_filed('before.main') }})
  select unit_code from late.observed
  union
  -- what went into an heir bounds it too
  select h.heir_code from main.area_heirs as h inner join late.observed as o on h.unit_code = o.unit_code
  union
  select unit_code from main.area_closure
  where exists ((from now except from held) union all (from held except from now));
  create table late.bounded_areas as
  select distinct c.area_code from main.area_closure as c inner join late.bounded_units as u on c.unit_code = u.unit_code
{%- endmacro %}
{% macro months_filed(schema) -%}
  select distinct o.is_sample, o.programme, o.indicator, o.account, o.period
  from {{ schema }}.fct_observations as o
  inner join main.area_closure as c on o.unit_code = c.unit_code and c.area_code = c.unit_code
  where o.role = 'return' and o.dim_code = '' and o.indicator in (select x.indicator from late.bounded as x)
    and o.period in (select x.period from late.observed as x)
{%- endmacro %}

{# Post-hook of int_j4__milestones: locks and units of what came since. Where another lock is the newest, the spans of one
   come for all units, and those of the other go. #}
{% macro late_rosters() -%}
  {%- if renews() -%}
  create table late.rosters as
  select unit_code, period as month from main.int_j4__in_force where {{ in_scope('submission') }}
  union
  select unit_code, period from before.main.int_j4__in_force where {{ in_scope('submission') }};
  create table late.newest_locks as {{ newest_locks('main') }};
  create table late.moved_locks as
  with held as ({{ newest_locks('before.main') }})
  (from late.newest_locks except from held) union (from held except from late.newest_locks);
  create table late.locks as select month from late.rosters union select month from late.moved_locks;
  create table late.roster_units as
  select unit_code from late.rosters
  union
  select unit_code from main.int_j4__in_force where period in (select month from late.moved_locks)
  union
  select unit_code from before.main.int_j4__in_force where period in (select month from late.moved_locks);
  create table late.roster_areas as
  select distinct c.area_code from main.area_closure as c inner join late.roster_units as u on c.unit_code = u.unit_code
  {%- endif -%}
{%- endmacro %}
{% macro newest_locks(schema) -%}
  select s.is_sample, s.programme, max(s.period) as month
  from {{ schema }}.int_submissions__in_force as s
  where s.form = 'J4' and exists (select 1 from late.rosters) and s.submission_id in (
      select j.submission_id from {{ schema }}.int_j4__in_force as j
      where {{ of_the_plan('j') }}
  )
  group by all
{%- endmacro %}

{# Pre-hook of int_rows__breakdowns: every code that came since was named before, and what no longer names one is not the
   last that did. #}
{% macro codes_stay(held, in_force, summed, unanswered, accounts, members) -%}
  {%- if renews() -%}
  {%- set was = 'before.main.' -%}
  create table late.codes_before as {{ codes_named(was ~ 'int_submissions__in_force', was ~ 'int_rows__summed', was ~ 'int_rows__unanswered', accounts, members, 'submissions') }};
  create table late.codes_now as {{ codes_named(in_force, summed, unanswered, accounts, members, 'submissions') }};
  create table late.codes_gone as select * from late.codes_before except select * from late.codes_now;
  {{ whole_build_if('exists (select * from late.codes_now except select * from ' ~ held ~ ')', 'code') }};
  {{ whole_build_if('exists (select * from late.codes_gone except (' ~ codes_named(in_force, summed, unanswered, accounts, members, 'codes_gone') ~ '))', 'code') }}
  {%- endif -%}
{%- endmacro %}

{# Codes named in these tables; only: by what came since (submissions), or of the accounts and indicators of codes_gone. #}
{% macro codes_named(in_force, summed, unanswered, accounts, members, only=none) -%}
{%- set narrow = {
    'submissions': 's.submission_id in (select x.submission_id from late.submissions as x)',
    'codes_gone': '(a.indicator, a.account) in (select (x.indicator, x.account) from late.codes_gone as x)',
}.get(only, 'true') %}
with asked as (
    select s.submission_id, s.is_sample, a.indicator, a.account
    from {{ in_force }} as s
    inner join {{ accounts }} as a on s.form = a.form
    where a.from_rows and a.kind <> 'ratio' and {{ narrow }}
)

select distinct r.indicator, r.account, asked.is_sample, r.dim_name, r.dim_code
from {{ summed }} as r
inner join asked
    on r.submission_id = asked.submission_id and r.indicator = asked.indicator and r.account = asked.account
union
select distinct u.indicator, u.account, asked.is_sample, d.dim_name, d.dim_code
from {{ unanswered }} as u
inner join asked
    on u.submission_id = asked.submission_id and u.indicator = asked.indicator and u.account = asked.account
inner join {{ members }} as d on u.base_dim = d.base_dim and u.member = d.member
union
select distinct indicator, account, is_sample, '' as dim_name, '' as dim_code from asked
{%- endmacro %}

{# Post-hook of int_parts__asked. #}
{% macro parts_stay() -%}
  {%- if renews() -%}
  {{ whole_build_if('exists (select * from ' ~ this ~ ' except select * from before.main.int_parts__asked) or exists (select * from before.main.int_parts__asked except select * from ' ~ this ~ ')', 'parts') }}
  {%- endif -%}
{%- endmacro %}

{# Tests of a table that is renewed judge what was put in its place: the rest stands as it was judged before. #}
{% macro duckdb__get_where_subquery(relation) -%}
  {%- set grain = {
      'int_j3f__in_force': 'submission', 'int_j4__in_force': 'submission', 'int_j4c__in_force': 'submission',
      'int_j4f__in_force': 'submission', 'int_j4p__in_force': 'submission', 'int_j4r__in_force': 'submission',
      'int_rows__totaled': 'submission', 'fct_observations': 'answer', 'fct_figures': 'figure', 'fct_levels': 'level',
      'int_levels__filed': 'level', 'int_levels__above': 'level',
      'int_contributions__all': 'question', 'fct_contributions': 'figure',
      'fct_negative_flows': 'filer', 'fct_return_status': 'status', 'fct_benefits': 'place',
      'fct_bound_units': 'missing unit', 'fct_bounds': 'bound', 'fct_milestones': 'cohort', 'fct_pipeline': 'cohort',
      'int_j4__spans': 'task', 'fct_survival': 'cohort', 'fct_stage_durations': 'cohort',
      'pub_public__figures': 'figure', 'pub_ministry__figures': 'figure',
  }.get(relation.identifier) -%}
  {%- set said = config.get('where', '') -%}
  {%- if execute and renews() -%}
    {%- do run_query(ask_all()) -%}
    {%- set what = {'int_contributions__all': 'questions', 'fct_contributions': 'ranges'}.get(
        relation.identifier, 'submissions' if relation.identifier.startswith('stg_j') else none) -%}
    {%- if what -%} {%- do run_query(ask_late(what)) -%} {%- endif -%}
  {%- endif -%}
  {%- if said or (grain and renews()) -%}
    {%- do return('(select * from ' ~ relation ~ ' where ' ~ (said or 'true') ~ ' and ' ~ (in_scope(grain) if grain else 'true') ~ ')') -%}
  {%- else -%}
    {%- do return(relation) -%}
  {%- endif -%}
{%- endmacro %}
