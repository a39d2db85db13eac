-- What areas filed or printed in total, of indicators that add up. Grain: kind of data × programme × indicator × account or
-- publication × period × area. A view: many times as many rows as have something below them.
{{ config(materialized='view') }}
{{ levels_filed() }}
