"""A frame as CSV and as XLSX: every figure and gap of a chart with its exact value, status, printed form and source.

CSV is UTF-8 with BOM so that Excel opens it; both have one header row, and codes are text. In XLSX a value is a number
where a spreadsheet holds it exactly, else text. Files of sample data say so in their name, in their first line and in
every row. Not here: display formats, links.
"""

from __future__ import annotations

from typing import NamedTuple

from dashboards import theme
from dashboards.frames import FilingFrame, Frame, Point
from ingestion import outputs
from ingestion.outputs import csv_bytes
from ingestion.units import plain

FORMATS = ("csv", "xlsx")
NUMBERS = frozenset(
    {"value", "numerator", "denominator", "half_unit", "choice_rank", "units_reported", "units_expected", "versions"}
)

MARK_COLUMN = theme.SAMPLE_MARK


class Column(NamedTuple):
    """A column of the downloads and what it holds."""

    name: str
    zh: str
    en: str


COLUMNS = (
    Column("indicator", "指标代码", "indicator id"),
    Column("indicator_zh", "指标名称", "indicator, Chinese"),
    Column("indicator_en", "指标英文名称", "indicator, English"),
    Column("area_code", "地区代码（六位）", "area code, six digits"),
    Column("area_zh", "地区", "area, Chinese"),
    Column("area_en", "地区英文名称", "area, English"),
    Column(
        "period", "报告期：年、月（年初至月末）、起止年", "reference period: year, month (year to date), range of years"
    ),
    Column("accum", "level 累计或时点；flow 当月", "level: cumulative or at a date; flow: the month alone"),
    Column("dim_name", "分组维", "dimension: source or purpose of funds"),
    Column("dim_code", "分组代码", "dimension code"),
    Column("dim_zh", "分组名称", "dimension, Chinese"),
    Column("dim_en", "分组英文名称", "dimension, English"),
    Column("value", "数值（基本单位，精确小数；空＝缺失）", "value in the base unit, exact decimal; empty = missing"),
    Column("unit", "计量单位", "unit of measure"),
    Column("obs_status", "状态 A正常 B范围变动 E估算 L缺失 M不存在 U部分合计", "SDMX OBS_STATUS: A B E L M U"),
    Column("choice_rank", "1＝图中采用；2起为其他来源", "1 = shown as the answer; from 2 on other sources"),
    Column("basis", "summed 下级相加 partial 部分相加 filed 本级所报", "summed, partial or filed"),
    Column("numerator", "分子", "numerator of a rate"),
    Column("denominator", "分母", "denominator of a rate"),
    Column("printed", "原文", "as printed"),
    Column("half_unit", "舍入半单位", "half a unit of the last printed digit"),
    Column(
        "qualifier",
        "exact 准确 about 约 nearly 近 at_least 以上 more_than 多",
        "exact, about, nearly, at_least, more_than",
    ),
    Column("is_doubtful", "是否存疑", "doubtful: do not use as a hard figure"),
    Column("units_reported", "已报单位数", "reporting units that are in the figure"),
    Column("units_expected", "应报单位数", "reporting units expected"),
    Column("source_kind", "publication 公布资料 return 报表 sample 样例", "publication, return or sample"),
    Column("programme", "任务范围", "programme: national, local or subsidy"),
    Column("source_id", "公布资料编号", "publication id"),
    Column("source_title", "公布资料名称", "publication title"),
    Column("source_address", "公布资料地址", "address of the copy that was read"),
    Column("publisher", "公布者", "publisher"),
    Column("published_on", "公布日期", "published on"),
    Column("submission_id", "报送编号#单元格", "submission and cell"),
    Column("release", "发布编号（空＝未发布的构建）", "release id; empty = unreleased build"),
    Column("as_of", "数据截至（UTC）", "data known as of, UTC"),
    Column("reason_zh", "缺失原因", "why a figure is missing, Chinese"),
    Column("reason_en", "缺失原因（英文）", "why a figure is missing"),
)

FILING_COLUMNS = (
    Column("form", "表", "form"),
    Column("period", "报告期", "reference period"),
    Column("unit_code", "填报单位代码", "reporting unit code"),
    Column("unit_zh", "填报单位", "reporting unit"),
    Column("province_code", "省级单位代码", "province-level unit code"),
    Column("province_zh", "省级单位", "province-level unit"),
    Column(
        "status",
        "accepted 已接收 returned 退回 missing 缺报 needs_explanation 待说明 unreadable 无法读取",
        "status of the latest return; missing = none filed",
    ),
    Column("status_zh", "状态", "status, Chinese"),
    Column("versions", "版本数", "versions filed"),
    Column("received_at", "最近收到（UTC）", "last received, UTC"),
    Column("release", "发布编号", "release id"),
    Column("as_of", "数据截至（UTC）", "data known as of, UTC"),
)


def file_name(frame: Frame | FilingFrame, suffix: str) -> str:
    """Name of a chart's download, with 模拟数据 in front for sample data."""
    stem = frame.name.replace("/", "-")
    return f"{theme.SAMPLE_ZH}_{stem}.{suffix}" if frame.is_sample else f"{stem}.{suffix}"


def _row(point: Point, frame: Frame) -> dict[str, str]:
    key, source = point.key, point.publication
    return {
        "indicator": key.indicator,
        "indicator_zh": point.name_zh,
        "indicator_en": point.name_en,
        "area_code": key.area,
        "area_zh": point.area_zh,
        "area_en": point.area_en,
        "period": key.period,
        "accum": key.accum,
        "dim_name": key.dim_name,
        "dim_code": key.dim_code,
        "dim_zh": point.dim_zh or "",
        "dim_en": point.dim_en or "",
        "value": plain(point.value) or "",
        "unit": point.unit,
        "obs_status": point.obs_status,
        "choice_rank": str(point.choice_rank),
        "basis": point.basis or "",
        "numerator": plain(point.numerator) or "",
        "denominator": plain(point.denominator) or "",
        "printed": point.printed or "",
        "half_unit": plain(point.half_unit) or "",
        "qualifier": point.qualifier or "",
        "is_doubtful": "true" if point.is_doubtful else "false",
        "units_reported": str(point.units_reported),
        "units_expected": "" if point.units_expected is None else str(point.units_expected),
        "source_kind": point.source_kind or "",
        "programme": frame.programme,
        "source_id": source.source_id if source else "",
        "source_title": source.title if source else "",
        "source_address": source.address if source else "",
        "publisher": source.publisher if source else "",
        "published_on": (source.published_on or "") if source else "",
        "submission_id": point.submission_id or "",
        "release": frame.release or "",
        "as_of": frame.as_of,
        "reason_zh": point.reason_zh,
        "reason_en": point.reason_en,
    }


def _table(frame: Frame | FilingFrame) -> tuple[list[str], list[list[str]]]:
    """Header and rows: points in drawing order, then the alternatives."""
    columns: tuple[Column, ...] = COLUMNS
    if isinstance(frame, FilingFrame):
        columns = FILING_COLUMNS
        rows = [
            {
                "form": c.form,
                "period": c.period,
                "unit_code": c.unit_code,
                "unit_zh": c.unit_zh,
                "province_code": c.province_code,
                "province_zh": c.province_zh,
                "status": c.status,
                "status_zh": theme.RETURN_STATUS[c.status].zh,
                "versions": str(c.versions),
                "received_at": c.received_at or "",
                "release": frame.release or "",
                "as_of": frame.as_of,
            }
            for c in frame.cells
        ]
    else:
        rows = [_row(p, frame) for p in frame.points + frame.others]
    names = [c.name for c in columns]
    mark = [theme.SAMPLE_ZH] if frame.is_sample else []
    return ([MARK_COLUMN] if frame.is_sample else []) + names, [mark + [row[n] for n in names] for row in rows]


def xlsx_bytes(frame: Frame | FilingFrame) -> bytes:
    """The same table as a workbook."""
    header, rows = _table(frame)
    sheet = theme.SAMPLE_ZH if frame.is_sample else "figures"
    return outputs.xlsx_bytes([header, *rows], title=file_name(frame, "xlsx"), sheet=sheet, numbers=NUMBERS)


def content(frame: Frame | FilingFrame, suffix: str) -> bytes:
    """A download in one of FORMATS."""
    if suffix == "xlsx":
        return xlsx_bytes(frame)
    header, rows = _table(frame)
    return csv_bytes([header, *rows])


def columns_csv() -> bytes:
    """What every column of the downloads means; the same file for all charts."""
    rows = [["table", "column", "meaning_zh", "meaning_en"]]
    for table, columns in (("figures", COLUMNS), ("filing_status", FILING_COLUMNS)):
        rows += [[table, c.name, c.zh, c.en] for c in columns]
    return csv_bytes(rows)
