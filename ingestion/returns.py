"""One workbook of a one-row form → ReadResult. Pure; never raises for bad data: a wrong return is findings.

Cells are found by code and label below the anchor, never by fixed address: counties insert rows. Not here: audit
rules (quality), publications (publications.py), storing (store.py).
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from decimal import Decimal

from ingestion.catalogue import Catalogue
from ingestion.model import CellValue, Finding, ReadResult
from ingestion.rulebook_model import Form, FormField
from ingestion.units import STORE_DECIMALS, decimal_of, normalise, plain
from ingestion.workbook import Cell, Sheet, Workbook, column_letters

META_SHEET = "_jiugai"
SAMPLE_MARK = "模拟数据"
# the legal marks of a departmental form: id in the catalogue → label printed in the header
LEGAL_MARKS = {
    "form_no": "表号",
    "maker": "制定机关",
    "approver": "批准机关",
    "approval_no": "批准文号",
    "valid_until": "有效期至",
}
UNIT_CODE, UNIT_NAME, PERIOD, FILED_ON = "填报单位代码", "填报单位名称", "报告期", "报出日期"


def meta_of(book: Workbook) -> dict[str, str]:
    """Key and value rows of our own hidden sheet; empty when there is none."""
    sheet = book.sheet(META_SHEET)
    if sheet is None:
        return {}
    return {sheet.text(r, 1): sheet.text(r, 2) for r in range(1, sheet.last_row + 1) if sheet.text(r, 1)}


def recognise(book: Workbook, catalogue: Catalogue) -> tuple[Form, Sheet] | None:
    """The form of a workbook and the sheet that holds it: by our hidden sheet, else by the printed title."""
    named = meta_of(book).get("form")
    visible = [s for s in book.sheets if s.visible]
    for sheet in visible:
        top = [normalise(c.text) for (r, _), c in sheet.cells.items() if r <= 5]
        for form in catalogue.forms.values():
            title = normalise(form.title.zh)
            if (named == form.id and sheet.find(form.locate.anchor)) or any(title in text for text in top):
                return form, sheet
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


class _Reader:
    def __init__(self, book: Workbook, sheet: Sheet, form: Form, catalogue: Catalogue) -> None:
        self.book, self.sheet, self.form, self.catalogue = book, sheet, form, catalogue
        self.result = ReadResult(form=form.id)

    def find(
        self,
        rule: str,
        zh: str,
        en: str,
        *,
        severity: str = "error",
        level: str = "B0",
        cell: str | None = None,
        field: str | None = None,
        found: str | None = None,
        expected: str | None = None,
    ) -> None:
        self.result.add(
            Finding(rule, severity, level, zh, en, self.form.id, field, self.sheet.name, cell, None, found, expected)
        )

    # -- header -------------------------------------------------------------------------------------------------
    def _beside(self, label: str) -> tuple[str, str | None]:
        """Text to the right of a label, and the address where it stands or should stand."""
        cell = self.sheet.find(label)
        if cell is None:
            return "", None
        for column in range(cell.column + 1, self.sheet.last_column + 1):
            value = self.sheet.at(cell.row, column)
            if value:
                return value.shown.strip(), value.address
        return "", f"{column_letters(cell.column + 1)}{cell.row}"

    def header(self, today: dt.date) -> None:
        code, place = self._beside(UNIT_CODE)
        code = re.sub(r"\.0$", "", normalise(code))
        name, name_place = self._beside(UNIT_NAME)
        area = self.catalogue.areas.get(code)
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
            known = {normalise(n) for n in (area.name_zh, area.short_zh) if n}
            if name and normalise(name) not in known and area.code not in self.catalogue.find_area(name):
                self.find(
                    "EVA-003",
                    f"单位代码 {code} 是“{area.name_zh}”，名称却填“{name}”，请更正其一",
                    f"unit code {code} is {area.name_zh} but the name says {name}",
                    cell=name_place,
                    found=name,
                    expected=area.name_zh,
                )
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
        self.result.marks = {mark: self._beside(label)[0] for mark, label in LEGAL_MARKS.items()}
        first = self.sheet.text(1, 1)
        kind = meta_of(self.book).get("kind")
        self.result.is_sample = kind == "sample" or SAMPLE_MARK in first
        if self.book.has_macros:
            self.find(
                "FLF-007",
                "工作簿含宏；未运行，只读取数值",
                "the workbook holds macros; they were not run",
                severity="info",
            )

    # -- body ---------------------------------------------------------------------------------------------------
    def _columns(self) -> tuple[int, dict[str, int]] | None:
        locate = self.form.locate
        anchor = self.sheet.find(locate.anchor)
        if anchor is None:
            self.find("FLF-010", f"找不到表头“{locate.anchor}”", f"no header “{locate.anchor}”", expected=locate.anchor)
            return None
        columns: dict[str, int] = {"name": anchor.column}
        for key, wanted in (("code", locate.code_column), ("unit", locate.unit_column), ("value", locate.value_column)):
            hit = next(
                (
                    c.column
                    for (r, _), c in sorted(self.sheet.cells.items())
                    if r == anchor.row and normalise(c.text) == normalise(wanted)
                ),
                None,
            )
            if hit is None:
                self.find(
                    "FLF-010",
                    f"表头第{anchor.row}行缺“{wanted}”列",
                    f"header row {anchor.row} has no column “{wanted}”",
                    cell=anchor.address,
                    expected=wanted,
                )
                return None
            columns[key] = hit
        return anchor.row, columns

    def body(self) -> None:
        located = self._columns()
        if located is None:
            return
        header_row, columns = located
        names = {normalise(f.name): f for f in self.form.fields}
        seen: dict[str, int] = {}
        for row in range(header_row + 1, self.sheet.last_row + 1):
            code_cell, name_cell = self.sheet.at(row, columns["code"]), self.sheet.at(row, columns["name"])
            value_cell = self.sheet.at(row, columns["value"])
            address = f"{column_letters(columns['value'])}{row}"
            code = re.sub(r"\.0$", "", normalise(code_cell.text)) if code_cell else ""
            code = code.zfill(2) if code.isdigit() else code
            label = normalise(name_cell.text).lstrip("★☆* ") if name_cell else ""
            if not code and not label:
                if value_cell:
                    self.find(
                        "ROW-004",
                        f"{address} 有数值但该行无代码、无名称，未读取",
                        f"{address} holds a value in a row without code or label",
                        severity="warning",
                        cell=address,
                        found=value_cell.shown,
                    )
                continue
            field = self.form.by_code.get(code)
            by_name = names.get(label)
            if field is None and by_name is None:
                if value_cell:
                    self.find(
                        "ROW-004",
                        f"第{row}行“{code} {label}”不是本表指标，数值 {value_cell.shown} 未读取",
                        f"row {row} “{code} {label}” is no item of this form; its value was not read",
                        severity="warning",
                        cell=address,
                        found=value_cell.shown,
                    )
                continue
            if field is None and by_name is not None:
                field = by_name
                self.find(
                    "ROW-002",
                    f"第{row}行代码“{code or '空'}”应为 {field.code}；按名称“{field.name}”读取",
                    f"row {row}: code should be {field.code}; read by its label",
                    severity="warning",
                    cell=address,
                    field=field.id,
                    found=code or "空",
                    expected=field.code,
                )
            assert field is not None
            if label and by_name is not field:
                close = difflib.SequenceMatcher(None, label, normalise(field.name)).ratio() >= 0.6
                if by_name is not None or not close:
                    self.find(
                        "ROW-001",
                        f"第{row}行代码 {field.code} 应为“{field.name}”，却写“{label}”：行可能错位，请更正",
                        f"row {row}: code {field.code} is “{field.name}” but the label says “{label}”; rows may have moved",
                        cell=address,
                        field=field.id,
                        found=label,
                        expected=field.name,
                    )
                    continue
                self.find(
                    "ROW-002",
                    f"第{row}行名称“{label}”与“{field.name}”略有不同，按代码 {field.code} 读取",
                    f"row {row}: label “{label}” differs slightly from “{field.name}”; read by its code",
                    severity="warning",
                    cell=address,
                    field=field.id,
                    found=label,
                    expected=field.name,
                )
            if field.id in seen:
                self.find(
                    "ROW-005",
                    f"指标 {field.code}“{field.name}”出现两次（第{seen[field.id]}、{row}行），请删去一行",
                    f"item {field.code} stands twice (rows {seen[field.id]} and {row})",
                    cell=address,
                    field=field.id,
                )
                continue
            seen[field.id] = row
            unit_text = normalise(self.sheet.text(row, columns["unit"]))
            self._value(field, value_cell, row, columns["value"], address, unit_text)
        missing = [f for f in self.form.fields if f.id not in seen]
        if missing:
            names_zh = "、".join(f"{f.code} {f.name}" for f in missing[:5])
            more = f"等{len(missing)}行" if len(missing) > 5 else ""
            self.find(
                "ROW-003",
                f"表中缺少：{names_zh}{more}",
                f"rows missing: {', '.join(f.code for f in missing[:5])}",
                severity="warning",
                found=str(len(missing)),
                expected="0",
            )

    def _value(self, field: FormField, cell: Cell | None, row: int, column: int, address: str, unit_text: str) -> None:
        if cell is None:
            if (row, column) in self.sheet.formulas:
                formula = self.sheet.formulas[(row, column)]
                self.find(
                    "FML-001",
                    f"{address} 是未计算的公式 {formula}，没有数值；请在 Excel 中重算并保存，或改填数字",
                    f"{address} is a formula without a value; recalculate and save, or type the number",
                    cell=address,
                    field=field.id,
                    found=formula,
                    expected="数值",
                )
                return
            self.result.blanks[field.id] = (self.sheet.name, address)
            return
        if field.is_number:
            self._number(field, cell, address, unit_text)
            return
        raw = cell.shown.strip()
        if field.type == "date":
            try:
                day = dt.date.fromisoformat(normalise(raw).replace("/", "-").split("T")[0])
            except ValueError:
                self.find(
                    "FDT-005",
                    f"{address}“{field.name}”应填日期（如 2023-06-20），却填“{raw}”",
                    f"{address} must be a date such as 2023-06-20",
                    cell=address,
                    field=field.id,
                    found=raw,
                    expected="yyyy-mm-dd",
                )
                return
            self.result.values[field.id] = CellValue(day, day, None, self.sheet.name, address, raw)
        else:
            if field.codelist:
                known = self.catalogue.codelist(field.codelist)
                raw = next((c for c, r in known.items() if raw in (c, r.get("name_zh"))), raw)
                if raw not in known:
                    self.find(
                        "COV-001",
                        f"{address}“{field.name}”的代码“{raw}”不在代码表 {field.codelist}",
                        f"{address}: “{raw}” is not in code list {field.codelist}",
                        cell=address,
                        field=field.id,
                        found=raw,
                        expected="、".join(list(known)[:8]),
                    )
                    return
            self.result.values[field.id] = CellValue(raw, raw, None, self.sheet.name, address, cell.text)

    def _number(self, field: FormField, cell: Cell, address: str, unit_text: str) -> None:
        number = cell.number
        want = f"数字（单位：{field.unit or '—'}）"
        if number is None and cell.kind == "s":
            number = decimal_of(cell.text)
            if number is not None:
                self.find(
                    "FDT-003",
                    f"{address}“{field.name}”是文本格式的数字“{cell.text}”，按 {plain(number)} 读取",
                    f"{address} is a number stored as text; read as {plain(number)}",
                    severity="info",
                    cell=address,
                    field=field.id,
                    found=cell.text,
                    expected=want,
                )
        if number is None:
            self.find(
                "FDT-001",
                f"{address}“{field.name}”应填{want}，却填“{cell.text}”；请只填数字，没有则留空",
                f"{address} “{field.label.en}” must be a number but holds “{cell.text}”; type digits only",
                cell=address,
                field=field.id,
                found=cell.text,
                expected=want,
            )
            return
        unit = self.catalogue.unit(field.unit) if field.unit else None
        filed = number
        if unit is not None and unit_text != normalise(unit.name):
            other = next((u for u in self.catalogue.units.values() if normalise(u.name) == unit_text), None)
            if other is None or other.base != unit.base:
                self.find(
                    "UNT-001",
                    f"{address}“{field.name}”的计量单位应为“{unit.name}”，表中为“{unit_text or '空'}”；单位不明不读取",
                    f"{address}: unit must be {unit.name} but the form says “{unit_text}”",
                    cell=address,
                    field=field.id,
                    found=unit_text or "空",
                    expected=unit.name,
                )
                return
            filed = number * other.factor / unit.factor
            self.find(
                "UNT-002",
                f"{address}“{field.name}”以“{other.name}”填报，按 {plain(filed)} {unit.name} 读取",
                f"{address} was filed in {other.name}; read as {plain(filed)} {unit.name}",
                severity="warning",
                cell=address,
                field=field.id,
                found=f"{plain(number)} {other.name}",
                expected=unit.name,
            )
        base = filed * unit.factor if unit else filed
        exponent = base.normalize().as_tuple().exponent
        if field.type == "integer" and filed != filed.to_integral_value():
            self.find(
                "FDT-002",
                f"{address}“{field.name}”应为整数，却填 {plain(filed)}",
                f"{address} must be a whole number",
                cell=address,
                field=field.id,
                found=plain(filed),
                expected="整数",
            )
            return
        if (isinstance(exponent, int) and -exponent > STORE_DECIMALS) or abs(base) >= Decimal(10) ** 28:
            self.find(
                "FDT-004",
                f"{address}“{field.name}”位数过多：{plain(filed)}",
                f"{address} has too many digits",
                cell=address,
                field=field.id,
                found=plain(filed),
                expected=f"小数不超过{STORE_DECIMALS}位",
            )
            return
        self.result.values[field.id] = CellValue(
            base,
            filed,
            unit.base if unit else None,
            self.sheet.name,
            address,
            cell.text if cell.kind == "s" else cell.shown,
        )


def read_return(book: Workbook, catalogue: Catalogue, today: dt.date) -> ReadResult:
    """Read a return of any one-row form. Never raises for bad data; form None means no form was recognised."""
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
                f"认不出是哪张表（首格为“{found}”）；应为：{titles}",
                f"the form is not recognised (first cell “{found}”)",
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
    reader = _Reader(book, sheet, form, catalogue)
    reader.header(today)
    reader.body()
    result = reader.result
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
