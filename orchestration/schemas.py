"""Columns of returns and publications as their assets' pages show them, from the rule book. Pure.

Columns of dbt models come from their contracts (translator.py).
"""

from __future__ import annotations

import dagster as dg
import pyarrow as pa

from ingestion.catalogue import catalogue
from ingestion.form_model import FieldSet, FormField
from ingestion.store import PUBLICATION_SCHEMA

HEAD = [
    dg.TableColumn("submission_id", "text", "报送编号 Submission"),
    dg.TableColumn("row_no", "integer", "表中第几行；一行一份的表为 1 Row of the sheet; 1 where a return is one row"),
    dg.TableColumn("unit_code", "text", "报送单位代码 Reporting unit"),
]
PUBLICATION_TEXTS = {
    "submission_id": "报送编号 Submission",
    "row_no": "表中第几行 Row of the sheet",
    "unit_code": "地区代码 Area",
    "indicator": "指标 Indicator",
    "dim_name": "分组维 Dimension",
    "dim_code": "分组代码 Code of the dimension",
    "period_start": "所述时期起 First day it is about",
    "period_end": "所述时期止 Last day it is about",
    "accumulation": "累计口径 year_to_date | annual | cumulative | stock | period",
    "value": "基本单位下的值 Value in the base unit",
    "unit": "基本单位 Base unit",
    "printed": "印出的文字 As printed",
    "half_unit": "最后一位的一半，即舍入误差 Half of the last printed digit",
    "qualifier": "限定词 exact | about | nearly | at_least | more_than",
    "role": "行或合计 What the cell is in its table",
    "sheet": "工作表 Sheet",
    "cell": "单元格 Cell",
    "total_id": "对照数编号 Control total that it is",
    "note": "说明 Note",
    "is_doubtful": "存疑 Doubtful",
}


def _type(field: FormField) -> str:
    """What the typed rows hold; the number of digits is the printed form's."""
    return {"integer": "integer", "bool": "boolean", "date": "date"}.get(field.type, field.type.split("(")[0])


def _column(field: FormField, table: FieldSet | None) -> dg.TableColumn:
    base = catalogue().unit(field.unit).base if field.unit else None
    unit = f"（{field.unit}{f'，库中为 stored in {base}' if base != field.unit else ''}）" if field.unit else ""
    where = f"{table.title.zh} · " if table else ""
    core = "★ " if field.core else ""
    return dg.TableColumn(
        f"{table.id}.{field.id}" if table else field.id,
        _type(field),
        f"{core}{field.code} {where}{field.label.zh} {field.label.en}{unit}",
    )


def form_columns(form_id: str) -> dg.TableSchema:
    """Every item of a form with code, names and unit; ★ = core. Of a form with several tables `J4C.column`."""
    form = catalogue().form(form_id)
    sets = form.field_sets
    first, others = sets[0], sets[1:]
    columns = [*HEAD, *(_column(f, None) for f in first.fields)]
    columns += [_column(f, table) for table in others for f in table.fields]
    return dg.TableSchema(columns=columns)


def publication_columns() -> dg.TableSchema:
    def kind(found: pa.DataType) -> str:
        return "decimal" if pa.types.is_decimal(found) else str(found)

    return dg.TableSchema(
        columns=[dg.TableColumn(f.name, kind(f.type), PUBLICATION_TEXTS[f.name]) for f in PUBLICATION_SCHEMA]
    )
