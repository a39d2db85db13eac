"""One workbook of a return → ReadResult: which form it is, its header block, and its parts put together.

Pure; never raises for bad data: a wrong return is findings. Not here: one-row items (items.py), tables (tables.py),
audit rules (quality), publications (publications.py), storing (store.py).
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from ingestion.areas import last_month
from ingestion.blank_map import cell_map
from ingestion.catalogue import Catalogue
from ingestion.cells import SheetFindings, clean, first_cells
from ingestion.form_model import Form
from ingestion.items import ItemsReader
from ingestion.model import SAMPLE_MARK, Finding, ReadResult
from ingestion.rulebook_model import Area
from ingestion.tables import read_tables
from ingestion.units import normalise
from ingestion.validity import is_asked
from ingestion.workbook import Sheet, Workbook, column_letters

META_SHEET = "_jiugai"
# the legal marks of a departmental form: id in the catalogue → label printed in the header
LEGAL_MARKS = {
    "form_no": "表号",
    "maker": "制定机关",
    "approver": "批准机关",
    "approval_no": "批准文号",
    "valid_until": "有效期至",
}
UNIT_CODE, UNIT_NAME, PERIOD, FILED_ON = "填报单位代码", "填报单位名称", "报告期", "报出日期"
LABELS = frozenset({*LEGAL_MARKS.values(), UNIT_CODE, UNIT_NAME, PERIOD, FILED_ON})
TITLE_ROWS = 5  # a title stands in one of the first rows
HEAD_ROWS = 60  # and the header block of a form of tables in these


def meta_of(book: Workbook) -> dict[str, str]:
    """Key and value rows of our own hidden sheet; empty when there is none."""
    sheet = book.sheet(META_SHEET)
    if sheet is None:
        return {}
    return _pairs_of_frame(sheet.frame) if sheet.frame and not sheet.own else _pairs(sheet)


def _pairs(sheet: Sheet) -> dict[str, str]:
    return {sheet.text(r, 1): sheet.text(r, 2) for r in range(1, sheet.last_row + 1) if sheet.text(r, 1)}


_pairs_of_frame = lru_cache(maxsize=64)(_pairs)


def recognise(book: Workbook, catalogue: Catalogue) -> tuple[Form, Sheet] | None:
    """The form of a workbook and the sheet that carries its title: by our hidden sheet, else by the printed title."""
    named = catalogue.forms.get(meta_of(book).get("form", ""))
    visible = [s for s in book.sheets if s.visible]
    for sheet in visible:
        top = {clean(c.text) for c in sheet.top(TITLE_ROWS).values()}
        for form in catalogue.forms.values():
            if any(clean(form.title.zh) in text for text in top):
                return form, sheet
        if named and named.locate and sheet.find(named.locate.anchor):
            return named, sheet
    if named and named.tables and visible:
        return named, next((s for s in visible if s.name == named.tables[0].sheet), visible[0])
    return None


def read_period(text: str) -> str | None:
    """`2023-09`, `2023年9月`, `202309`, `2023`, `2023年`, ISO dates → `2023-09` or `2023`; None when unclear."""
    clean = normalise(text)
    hit = re.fullmatch(r"(20\d\d)(?:年|-|/|\.)?(?:(\d{1,2})月?(?:-\d{1,2}(?:T.*)?)?)?(?:末|份)?", clean)
    if not hit:
        return None
    if hit[2] is None:
        return hit[1]
    month = int(hit[2])
    return f"{hit[1]}-{month:02d}" if 1 <= month <= 12 else None


class _Header:
    """Reads the header block of one sheet: who reports, for which period, and the legal marks."""

    def __init__(self, book: Workbook, sheet: Sheet, form: Form, catalogue: Catalogue) -> None:
        self.book, self.sheet, self.form, self.catalogue = book, sheet, form, catalogue
        self.result = ReadResult(form=form.id)
        self.find = SheetFindings(self.result, sheet.name).say
        # a form of tables has its header block on top; below it are rows without end
        self.labels = first_cells(sheet, HEAD_ROWS if form.locate is None else sheet.last_row, LABELS)
        self.last_column = sheet.last_column

    def _beside(self, label: str) -> tuple[str, str | None]:
        """Text to the right of a label, and the address where it stands or should stand."""
        cell = self.labels.get(clean(label))
        if cell is None:
            return "", None
        for column in range(cell.column + 1, self.last_column + 1):
            value = self.sheet.at(cell.row, column)
            if value and clean(value.text) in LABELS:
                break  # two labels stand in one row and the first has no value
            if value:
                return value.shown.strip(), value.address
        return "", f"{column_letters(cell.column + 1)}{cell.row}"

    def read(self, today: dt.date) -> ReadResult:
        code, place = self._beside(UNIT_CODE)
        code = re.sub(r"\.0$", "", normalise(code))
        name, name_place = self._beside(UNIT_NAME)
        area = self.catalogue.all_areas.get(code)
        code_place = place
        if area is None:
            guess = "、".join(f"{c}" for c in self.catalogue.find_area(name)) if name else ""
            hint = f"；名称“{name}”对应 {guess}，请核对后填代码" if guess else ""
            self.find(
                "EVA-002",
                f"填报单位代码“{code or '空'}”不在单位名录{hint}",
                f"unit code “{code}” is not a reporting unit",
                cell=place,
                found=code or "空",
                expected="六位单位代码",
            )
        else:
            self.result.unit_code = area.code
        text, place = self._beside(PERIOD)
        period = read_period(text)
        monthly = self.form.frequency == "monthly"
        if period is None or (len(period) == 7) != monthly:
            want = "年月，如 2023-09" if monthly else "年份，如 2023"
            self.find(
                "EVA-004",
                f"报告期“{text or '空'}”无法识别，应填{want}",
                f"reporting period “{text}” is not understood",
                cell=place,
                found=text or "空",
                expected=want,
            )
        elif (period > today.isoformat()[: len(period)] and monthly) or int(period[:4]) > today.year + 1:
            self.find(
                "EVA-005",
                f"报告期 {period} 晚于今天 {today}",
                f"period {period} is in the future",
                cell=place,
                found=period,
                expected=f"≤ {today.isoformat()[:7]}",
            )
        else:
            self.result.period = period
            if not is_asked(self.form.since, period):
                self.find(
                    "EVA-009",
                    f"报告期 {period} 早于本表的首期：{self.form.id} 自 {self.form.since} 起填报",
                    f"period {period} is before {self.form.id} began: it is asked for from {self.form.since} on",
                    cell=place,
                    found=period,
                    expected=f"≥ {self.form.since}",
                )
        if area is not None:
            if self.result.period is not None:
                self._check_validity(area, self.result.period, code_place)
            if name and self.result.unit_code:
                self._check_name(area, name, name_place)
        self.result.marks = {mark: self._beside(label)[0] for mark, label in LEGAL_MARKS.items()}
        top = [c.text for c in self.sheet.top(TITLE_ROWS).values()]
        kind = meta_of(self.book).get("kind")
        self.result.is_sample = kind == "sample" or any(SAMPLE_MARK in text for text in top)
        return self.result

    def _check_name(self, area: Area, name: str, place: str | None) -> None:
        if normalise(name) in self.catalogue.names_of(area.code) or area.code in self.catalogue.find_area(name):
            return
        self.find(
            "EVA-003",
            f"单位代码 {area.code} 是“{area.name_zh}”，名称却填“{name}”，请更正其一",
            f"unit code {area.code} is {area.name_zh} but the name says {name}",
            cell=place,
            found=name,
            expected=area.name_zh,
        )

    def _check_validity(self, area: Area, period: str, place: str | None) -> None:
        """A code past its end is refused; one before its beginning is a remark: its unit keeps one history.

        A plan is made before its year: who stood until that year began, or into it, may file it.
        """
        month = last_month(period)
        told_by = f"{int(period[:4]) - 1}-12" if self.form.version_field else month
        if area.valid_to is not None and month > area.valid_to >= told_by:
            now = self.catalogue.successors.get(area.code, "未登记继任单位")
            self.find(
                "EVA-002",
                f"单位代码 {area.code}“{area.name_zh}”用到 {area.valid_to}；{now}。计划照收，由继任单位接续",
                f"unit code {area.code} ended in {area.valid_to}; its plan is accepted and goes on with its successor",
                cell=place,
                found=area.code,
                expected=now,
                severity="info",
            )
        elif area.valid_to is not None and month > area.valid_to:
            now = self.catalogue.successors.get(area.code, "未登记继任单位")
            self.result.unit_code = None
            self.find(
                "EVA-002",
                f"单位代码 {area.code}“{area.name_zh}”已停用（用到 {area.valid_to}），报告期是 {period}；{now}，请改用现行代码",
                f"unit code {area.code} ended in {area.valid_to}, the period is {period}; use the code that replaced it",
                cell=place,
                found=area.code,
                expected=now,
            )
        elif area.valid_from is not None and month < area.valid_from:
            before = self.catalogue.predecessors_in_words(area.code) or "此前的单位未登记"
            self.find(
                "EVA-002",
                f"单位代码 {area.code}“{area.name_zh}”自 {area.valid_from} 起使用，报告期是 {period}；{before}。照收",
                f"unit code {area.code} began in {area.valid_from}, the period is {period}; accepted with this remark",
                cell=place,
                found=area.code,
                expected=before,
                severity="info",
            )


def read_return(book: Workbook, catalogue: Catalogue, today: dt.date) -> ReadResult:
    """Read a return of any form. Never raises for bad data; form None means no form was recognised."""
    recognised = recognise(book, catalogue)
    if recognised is None:
        titles = "、".join(f"{f.id} {f.title.zh}" for f in catalogue.forms.values())
        sheet = next((s for s in book.sheets if s.visible), None)
        found = sheet.text(1, 1) if sheet else ""
        result = ReadResult()
        result.add(
            Finding(
                "EVA-001",
                "error",
                "B0",
                f"认不出是哪张表（首格为“{found}”）；请在首行写上表名，或用 jiugai blank 重新取表填报。表名应为：{titles}",
                f"the form is not recognised (first cell “{found}”); write its title into the first row, "
                "or fill in a workbook made by jiugai blank",
                None,
                None,
                sheet.name if sheet else None,
                "A1" if sheet else None,
                None,
                found,
                titles,
            )
        )
        return result
    form, sheet = recognised
    result = _Header(book, sheet, form, catalogue).read(today)
    places = cell_map(book.sheet(META_SHEET))
    if form.locate is not None:
        ItemsReader(sheet, form, form.locate, catalogue, result, places).read()
    if form.tables:
        read_tables(book, form, catalogue, result, sheet if form.locate is not None else None, places)
    if form.version_field and form.version_field in result.values:
        result.plan_version = str(result.values[form.version_field].value)
    year = result.values.get("plan_year")
    if year is not None and result.period and str(year.filed) != result.period:
        result.add(
            Finding(
                "EVA-006",
                "error",
                "B0",
                f"{year.cell} 计划年度 {year.filed} 与报告期 {result.period} 不一致",
                f"plan year {year.filed} differs from the period {result.period}",
                form.id,
                "plan_year",
                year.sheet,
                year.cell,
                None,
                str(year.filed),
                result.period,
            )
        )
    return result
