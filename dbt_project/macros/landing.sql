{# The text of a path in SQL: a folder of the home that a variable names may hold a quote, and signs of a pattern, by which
   read_parquet would find other homes or none (ingestion/paths.py). #}
{% macro path_text(path) -%}
  '{{ path | replace("'", "''") }}'
{%- endmacro %}
{% macro file_in(variable, name) -%}
  {{ path_text(env_var(variable, 'none') | replace('[', '[[]') | replace('*', '[*]') ~ '/' ~ name) }}
{%- endmacro %}

{# Reads the typed rows of one form. hive_types_autocast off: else code 110000 becomes a number.
   source() gives lineage alone: the folder of a home is known only when the build runs.
   A build that renews opens the partitions of what came since, and no others. #}
{% macro landing(form, depth) -%}
  {%- do source('landing', form | lower) -%}
  read_parquet({{ file_in('JIUGAI_RETURNS_DIR', 'form=' ~ form ~ '/' ~ '*/' * depth ~ 'rows.parquet') }}, hive_partitioning = true, hive_types_autocast = false)
  {%- if depth == 2 %}
    where {{ asked('landed', 'period') }} and {{ asked('submissions', 'submission_id') }}
  {%- endif %}
{%- endmacro %}
