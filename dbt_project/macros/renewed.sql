{# A table that a renewal puts rows into. dbt's own writes them to a second table first and compares columns, which costs more than
   the rows do; a renewal has the SQL of the build that it renews (project_hash), so that the columns are the same. #}
{% materialization incremental, adapter='duckdb', supported_languages=['sql'] %}
  {%- set held = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% call statement('main') -%}
    {%- if held is none -%}
      {{ create_table_as(False, target_relation, compiled_code, 'sql') }}
    {%- else -%}
      insert into {{ target_relation }} by name ({{ compiled_code }})
    {%- endif -%}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# A view. A renewal keeps it, as the SQL is the same: but one that reads landed files names their folder, and a home may have
   moved. Its hooks run all the same. #}
{% materialization view, adapter='duckdb' %}
  {%- set held = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% if held is not none and 'read_parquet(' not in compiled_code -%}
    {% call noop_statement('main', 'kept') -%} {{ compiled_code }} {%- endcall %}
  {%- else -%}
    {% if held is not none %} {% do adapter.drop_relation(held) %} {% endif %}
    {% call statement('main') -%} {{ get_create_view_as_sql(target_relation, compiled_code) }} {%- endcall %}
  {%- endif %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
