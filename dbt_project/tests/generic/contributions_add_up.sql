{# Weight × value of the contributions of a figure is the figure, exactly; numerator and denominator apart for a ratio.
   by_cell: the model opens sums of rows into cells. There are millions, so that the yearly figures of single units and the
   ranges of years are opened: an area adds up units, which the same test proves on the model before.
   A whole build, but not who only compiles, asks for some periods at a time: DuckDB holds what a view uses twice, and all
   contributions of a nation in five years are a hundred million rows. #}
{% test contributions_add_up(model, by_cell) %}
{%- set batches = batches_of_periods(by_cell) if execute and flags.WHICH in ('build', 'test') and not renews() else [] -%}
{%- if batches -%}
  {%- set held = 'differing_' ~ ('cells' if by_cell else 'sums') -%}
  {%- for periods in batches -%}
    {%- set months_before -%}
      select {{ month_off('p', -1) }} from (select unnest({{ periods }}) as p) as given where length(p) = 7
    {%- endset -%}
    {%- do run_query('set variable asked_periods = list_concat(' ~ periods ~ '::varchar[], array(' ~ months_before ~ '))') -%}
    {%- do run_query(
        ('create or replace temp table ' ~ held ~ ' as ' if loop.first else 'insert into ' ~ held ~ ' ')
        ~ differing_contributions(model, by_cell, periods)
    ) -%}
  {%- endfor -%}
  {%- do run_query('set variable asked_periods = null') -%}
  select * from {{ held }}
{%- else -%}
  {{ differing_contributions(model, by_cell) }}
{%- endif -%}
{% endtest %}
