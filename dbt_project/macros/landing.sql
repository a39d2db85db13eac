{# Reads the typed rows of one form. hive_types_autocast off: else code 110000 becomes a number.
   source() gives lineage alone: the folder of a home is known only when the build runs. #}
{% macro landing(form, depth) -%}
  {%- do source('landing', form | lower) -%}
  read_parquet('{{ env_var('JIUGAI_RETURNS_DIR', 'none') }}/form={{ form }}/{{ '*/' * depth }}rows.parquet', hive_partitioning = true, hive_types_autocast = false)
{%- endmacro %}
