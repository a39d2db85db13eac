"""The items of a one-row form (one row an indicator): sheet → values with cells.

Rows are found by code and label below the anchor, never by fixed address: counties insert rows. Not here: what a cell
means for its field (cells.py), tables with many rows (tables.py), the header block (returns.py).
"""

from __future__ import annotations

import difflib
from decimal import Decimal
from functools import lru_cache

from ingestion.blank_map import CellMap
from ingestion.catalogue import Catalogue
from ingestion.cells import (
    FieldReader,
    SheetFindings,
    clean,
    is_blank,
    kept_of_item,
    reported_unit,
    too_early,
    uncached_formula,
)
from ingestion.model import ReadResult
from ingestion.rulebook_model import Form, FormField, Locate
from ingestion.units import plain
from ingestion.validity import is_asked
from ingestion.workbook import Sheet, column_letters

CLOSE = 0.6  # a label this like the wanted one is the same label slightly changed


@lru_cache(maxsize=64)
def _names(catalogue: Catalogue, form_id: str) -> dict[str, FormField]:
    return {clean(f.name): f for f in catalogue.form(form_id).fields}


def _code_and_label(code: str, label: str) -> tuple[str, str]:
    """What the cells of code and label say, for comparing."""
    bare = clean(code).removesuffix(".0")
    return bare.zfill(2) if bare.isdigit() else bare, clean(label).lstrip("★☆* ")


@lru_cache(maxsize=1 << 12)
def _sure(catalogue: Catalogue, form_id: str, code: str, label: str) -> FormField | None:
    """The item that code and label both name, or the code where there is no label; of a blank they come in every return."""
    bare, name = _code_and_label(code, label)
    field = catalogue.form(form_id).by_code.get(bare)
    return field if not name or _names(catalogue, form_id).get(name) is field else None


class ItemsReader:
    """Reads the sheet of a form's items into `result`."""

    def __init__(
        self, sheet: Sheet, form: Form, locate: Locate, catalogue: Catalogue, result: ReadResult, places: CellMap
    ) -> None:
        self.sheet, self.form, self.locate, self.catalogue, self.result = sheet, form, locate, catalogue, result
        self.places = places
        self.findings = SheetFindings(result, sheet.name)
        self.names = _names(catalogue, form.id)
        self.rows: dict[str, int] = {}  # field → the row it was found in

    def read(self) -> None:
        located = self._columns()
        if located is None:
            return
        header_row, columns = located
        for row in range(header_row + 1, self.sheet.last_row + 1):
            field = self._field_of(row, columns)
            if field is not None:
                self._value(field, row, columns)
        missing = [f for f in self.form.fields if f.id not in self.rows and not self._not_yet(f)]
        if missing:
            names_zh = "、".join(f"{f.code} {f.name}" for f in missing[:5])
            more = f"等{len(missing)}行" if len(missing) > 5 else ""
            self.findings.say(
                "ROW-003",
                f"表中缺少：{names_zh}{more}",
                f"rows missing: {', '.join(f.code for f in missing[:5])}",
                severity="warning",
                found=str(len(missing)),
                expected="0",
            )
        self.findings.sum_up()

    def _columns(self) -> tuple[int, dict[str, int]] | None:
        locate = self.locate
        anchor = self.sheet.find(locate.anchor)
        if anchor is None:
            self.findings.say(
                "FLF-010", f"找不到表头“{locate.anchor}”", f"no header “{locate.anchor}”", expected=locate.anchor
            )
            return None
        header = sorted((c for c in self.sheet.cells.values() if c.row == anchor.row), key=lambda c: -c.column)
        in_row = {clean(c.text): c.column for c in header}
        columns: dict[str, int] = {"name": anchor.column}
        for key, wanted in (("code", locate.code_column), ("unit", locate.unit_column), ("value", locate.value_column)):
            if clean(wanted) not in in_row:
                self.findings.say(
                    "FLF-010",
                    f"表头第{anchor.row}行缺“{wanted}”列",
                    f"header row {anchor.row} has no column “{wanted}”",
                    cell=anchor.address,
                    expected=wanted,
                )
                return None
            columns[key] = in_row[clean(wanted)]
        return anchor.row, columns

    def _field_of(self, row: int, columns: dict[str, int]) -> FormField | None:
        """The item of a row; None when there is none, or none that is sure: then a finding says so."""
        say = self.findings.say
        code_cell, name_cell = self.sheet.at(row, columns["code"]), self.sheet.at(row, columns["name"])
        texts = code_cell.text if code_cell else "", name_cell.text if name_cell else ""
        sure = _sure(self.catalogue, self.form.id, *texts)
        if sure is not None and sure.id not in self.rows:
            self.rows[sure.id] = row
            return sure
        value_cell = self.sheet.at(row, columns["value"])
        address = f"{column_letters(columns['value'])}{row}"
        code, label = _code_and_label(*texts)
        field = self.form.by_code.get(code)
        by_name = self.names.get(label)
        if field is None and by_name is None:
            if value_cell is not None and not is_blank(value_cell):
                what = f"第{row}行“{code} {label}”不是本表指标" if code or label else f"{address} 所在行无代码、无名称"
                said = f"“{code} {label}” is no item of this form" if code or label else "has neither code nor label"
                stood = self.form.by_id.get(self.places.get((self.sheet.name, address), ""))
                was = f"{stood.code} {stood.name}" if stood else None
                mend = (
                    (f"；发表时此行为“{was}”，请恢复代码和名称", f"; it was {was}: restore code and label")
                    if was
                    else ("", "")
                )
                say(
                    "ROW-004",
                    f"{what}，数值 {value_cell.shown} 未读取{mend[0]}",
                    f"row {row} {said}; its value was not read{mend[1]}",
                    severity="error" if was else "warning",
                    cell=address,
                    found=value_cell.shown,
                    expected=was,
                )
            return None
        if field is None:
            assert by_name is not None
            field = by_name
            say(
                "ROW-002",
                f"第{row}行代码“{code or '空'}”应为 {field.code}；按名称“{field.name}”读取",
                f"row {row}: code should be {field.code}; read by its label",
                severity="warning",
                cell=address,
                field=field.id,
                found=code or "空",
                expected=field.code,
            )
        if label and by_name is not field:
            close = difflib.SequenceMatcher(None, label, clean(field.name)).ratio() >= CLOSE
            if by_name is not None or not close:
                say(
                    "ROW-001",
                    f"第{row}行代码 {field.code} 应为“{field.name}”，却写“{label}”：行可能错位，请更正",
                    f"row {row}: code {field.code} is “{field.name}” but the label says “{label}”; rows may have moved",
                    cell=address,
                    field=field.id,
                    found=label,
                    expected=field.name,
                )
                return None
            say(
                "ROW-002",
                f"第{row}行名称“{label}”与“{field.name}”略有不同，按代码 {field.code} 读取",
                f"row {row}: label “{label}” differs slightly from “{field.name}”; read by its code",
                severity="warning",
                cell=address,
                field=field.id,
                found=label,
                expected=field.name,
            )
        if field.id in self.rows:
            say(
                "ROW-005",
                f"指标 {field.code}“{field.name}”出现两次（第{self.rows[field.id]}、{row}行），请删去一行",
                f"item {field.code} stands twice (rows {self.rows[field.id]} and {row})",
                cell=address,
                field=field.id,
            )
            return None
        self.rows[field.id] = row
        return field

    def _not_yet(self, field: FormField) -> bool:
        return self.result.period is not None and not is_asked(field.since, self.result.period)

    def _value(self, field: FormField, row: int, columns: dict[str, int]) -> None:
        address = f"{column_letters(columns['value'])}{row}"
        cell = self.sheet.at(row, columns["value"])
        if self._not_yet(field):
            if cell is not None and not is_blank(cell):
                too_early(self.findings, field, str(self.result.period), address, cell.shown)
            return
        if cell is None or is_blank(cell):
            if (row, columns["value"]) in self.sheet.formulas:
                uncached_formula(self.findings, address, self.sheet.formulas[(row, columns["value"])], field)
            else:
                self.result.blanks[field.id] = (self.sheet.name, address)
            return
        unit_text = self.sheet.text(row, columns["unit"])
        beside = f"{column_letters(columns['unit'])}{row}"  # the cell to mend
        filed_in, readable = reported_unit(field, unit_text, self.catalogue, self.findings, beside)
        if not readable:
            return
        unit, period = self.result.unit_code, self.result.period
        kept = kept_of_item(self.catalogue, field, filed_in, period)
        value = FieldReader(field, filed_in, self.catalogue, self.findings, unit, period, kept).read(cell, address)
        if value is None:
            return
        self.result.values[field.id] = value
        if filed_in is not None and field.unit != filed_in.name:
            assert isinstance(value.filed, Decimal)
            filed = plain(value.filed)
            self.findings.say(
                "UNT-002",
                f"{address}“{field.name}”以“{filed_in.name}”填报，按 {filed} {field.unit} 读取",
                f"{address} was filed in {filed_in.name}; read as {filed} {field.unit}",
                severity="warning",
                cell=address,
                field=field.id,
                found=f"{value.raw} {filed_in.name}",
                expected=field.unit,
            )
