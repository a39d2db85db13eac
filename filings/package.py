"""The files of a release: tidy tables as xlsx, csv and parquet, and the data behind them. Deterministic bytes.

One table a sheet, no merged cells, notes and codes on a sheet of their own, coverage beside the total, missing as a
code. Not here: what may be in a release (release.py) and its manifest.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from filings.figures import print_value, shown_value
from ingestion.catalogue import Catalogue
from ingestion.model import SAMPLE_MARK
from ingestion.outputs import WORKBOOK_CREATED, WORKBOOK_OPTIONS, csv_bytes
from ingestion.units import plain

SAMPLE_TITLE = f"{SAMPLE_MARK}（非真实填报） SAMPLE DATA"
HEADER = [
    "indicator",
    "indicator_zh",
    "area_code",
    "area_zh",
    "period",
    "value",
    "unit",
    "obs_status",
    "basis",
    "source_kind",
    "units_reported",
    "units_expected",
    "printed",
    "half_unit",
    "qualifier",
    "programme",
    "marker",
]
NOTES = [
    ["OBS_STATUS A", "正常", "normal"],
    ["OBS_STATUS P", "初步", "provisional"],
    ["OBS_STATUS B", "范围变动后的首期，与此前不可直接比较", "break: the first after a change of territory"],
    ["OBS_STATUS U", "部分合计（不全）", "partial total, low reliability"],
    ["OBS_STATUS E", "估算", "estimated"],
    ["OBS_STATUS L", "应有未报", "missing, exists but not filed"],
    ["OBS_STATUS M", "不存在", "missing, cannot exist"],
    ["basis summed", "下级合计", "summed from the level below"],
    ["basis filed", "本级填报或印出", "filed or printed for the area itself"],
    ["print_value", "印刷用：超过上限者印上限，value 为实数", "for print, capped; value is exact"],
    ["half_unit", "印出数字末位的半个单位", "half a unit of the last printed digit"],
]


@dataclass(frozen=True)
class Series:
    """One series of a release: chosen figures of the total and its units, and every row behind them."""

    indicator: str
    rows: list[dict[str, Any]]  # chosen rows of fct_figures, total first
    figures: list[dict[str, Any]]  # chosen rows and alternatives
    contributions: list[dict[str, Any]]


def _table(series: Series, catalogue: Catalogue, sample: bool) -> list[list[str]]:
    indicator = catalogue.indicator(series.indicator)
    is_capped = indicator.print_cap is not None  # the exact value stays beside the one to print
    rows = [[*HEADER, *(["print_value"] if is_capped else [])]]
    for r in series.rows:
        value = shown_value(r, indicator)
        rows.append(
            [
                indicator.id,
                indicator.name.zh,
                r["area_code"],
                catalogue.area(r["area_code"]).name_zh,
                r["period"],
                plain(value) or "",
                indicator.unit,
                r["obs_status"],
                r["basis"],
                r["source_kind"],
                str(r["units_reported"]),
                str(r["units_expected"]),
                r["printed"] or "",
                plain(r["half_unit"]) or "",
                r["qualifier"] or "",
                r["programme"],
                SAMPLE_MARK if sample else "",
                *([plain(print_value(value, indicator)) or ""] if is_capped else []),
            ]
        )
    return rows


def _xlsx(tables: dict[str, list[list[str]]], title: str, sample: bool) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, WORKBOOK_OPTIONS)
    book.set_properties({"title": title, "created": WORKBOOK_CREATED})
    bold = book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1})
    red = book.add_format({"bold": True, "font_color": "#C00000"})
    note = book.add_worksheet("说明 Notes")
    note.write(0, 0, (f"{SAMPLE_TITLE} — " if sample else "") + title, red if sample else bold)
    for n, line in enumerate(NOTES, start=2):
        note.write_row(n, 0, line)
    note.set_column(0, 2, 34)
    for name, rows in tables.items():
        sheet = book.add_worksheet(name[:31])
        first = 0
        if sample:
            sheet.write(0, 0, SAMPLE_TITLE, red)
            first = 1
        sheet.write_row(first, 0, rows[0], bold)
        for r, row in enumerate(rows[1:], start=first + 1):
            for c, text in enumerate(row):
                if (
                    rows[0][c] in ("value", "half_unit", "units_reported", "units_expected")
                    and text
                    and len(text) <= 15
                ):
                    sheet.write_number(r, c, float(text))  # at most 15 digits: a workbook keeps them exactly
                else:
                    sheet.write_string(r, c, text)
        sheet.freeze_panes(first + 1, 4)
        sheet.autofilter(first, 0, first + len(rows) - 1, len(rows[0]) - 1)
        sheet.set_column(0, len(rows[0]) - 1, 16)
    book.close()
    return buffer.getvalue()


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    buffer = io.BytesIO()
    decimals = {n for r in rows for n, v in r.items() if isinstance(v, Decimal)}
    names = list(rows[0]) if rows else []
    fields = []
    for name in names:
        held = [r[name] for r in rows if r[name] is not None]
        kind = (
            pa.decimal128(38, 8)
            if name in decimals and name != "weight"
            else pa.decimal128(9, 3)
            if name == "weight"
            else pa.bool_()
            if held and isinstance(held[0], bool)
            else pa.int64()
            if held and isinstance(held[0], int)
            else pa.string()
        )
        fields.append((name, kind))
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), buffer, compression="zstd")
    return buffer.getvalue()


def files_of(series: list[Series], catalogue: Catalogue, title: str, sample: bool) -> dict[Path, bytes]:
    """Relative path → content of every table and data file of a release."""
    mark = f"{SAMPLE_MARK}-" if sample else ""
    files: dict[Path, bytes] = {}
    tables: dict[str, list[list[str]]] = {}
    for s in series:
        rows = _table(s, catalogue, sample)
        tables[s.indicator] = rows
        files[Path("tables") / f"{mark}{s.indicator}.csv"] = csv_bytes(rows)
        files[Path("tables") / f"{mark}{s.indicator}.parquet"] = _parquet(
            [dict(zip(rows[0], r, strict=True)) for r in rows[1:]]
        )
    files[Path("tables") / f"{mark}tables.xlsx"] = _xlsx(tables, title, sample)
    files[Path("data") / "fct_figures.parquet"] = _parquet([r for s in series for r in s.figures])
    files[Path("data") / "fct_contributions.parquet"] = _parquet([r for s in series for r in s.contributions])
    return files
