"""One cell of a field → its value, or a finding that says what is wrong with it.

What can be known of a field before any cell is looked at (its unit, the spellings of its codes) is worked out once in a
FieldReader: a roster has hundreds of thousands of cells. Not here: which cell belongs to which field (items.py, columns.py).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from ingestion.catalogue import NATION, Catalogue
from ingestion.form_model import FormField
from ingestion.model import CellValue, Content, Finding, ReadResult, Value
from ingestion.rulebook_model import Unit
from ingestion.units import STORE_DECIMALS, decimal_of, normalise, plain
from ingestion.validity import is_current
from ingestion.workbook import Cell, Sheet

AREAS = "areas"  # the code list that is read from the directory of units, zones included
SERIAL_DAY = "FDT-008"
SHOWN_ROWS = 50  # findings of one kind that are named cell by cell; the rest are counted in one more
TOO_LARGE = Decimal(10) ** 16  # as filed: what decimal(18,2) of the forms and the rules can hold
KEPT = 1 << 14  # contents of cells that one column remembers
KEPT_OF_ITEM = 1 << 9  # and those that an item of all returns does
NUMBER_DIGITS = Decimal(10) ** 15  # a number cell keeps no more digits: a longer id typed as a number has lost its end
YES = frozenset({"是", "有", "true", "1", "y", "yes", "√", "✓"})
NO = frozenset({"否", "无", "false", "0", "n", "no", "×"})
_DAY = re.compile(r"((?:19|20)\d\d)(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:T.*|00:00:00)?")
_COMPACT_DAY = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_MONTH = re.compile(r"((?:19|20)\d\d)(?:(?:[-/.]|年)(\d{1,2})|(\d\d))月?份?")


@lru_cache(maxsize=1 << 16)
def clean(text: str) -> str:
    """Text for comparing (see units.normalise), kept because the words of a table come again in every row."""
    return normalise(text)


def is_blank(cell: Cell | None) -> bool:
    """Nothing, or nothing but spaces."""
    return cell is None or (cell.kind == "s" and not cell.text.strip())


class SheetFindings:
    """Says things about one sheet. Of one kind (rule, severity, field) the first 50 are named and the rest counted."""

    def __init__(self, result: ReadResult, sheet: str) -> None:
        self.result, self.sheet = result, sheet
        self._counts: Counter[tuple[str, str, str | None]] = Counter()

    def say(
        self,
        rule: str,
        zh: str,
        en: str,
        *,
        severity: str = "error",
        level: str = "B0",
        cell: str | None = None,
        field: str | None = None,
        row_key: str | None = None,
        found: str | None = None,
        expected: str | None = None,
    ) -> None:
        kind = (rule, severity, field)
        self._counts[kind] += 1
        if self._counts[kind] <= SHOWN_ROWS:
            self.result.add(
                Finding(
                    rule, severity, level, zh, en, self.result.form, field, self.sheet, cell, row_key, found, expected
                )
            )

    def sum_up(self) -> None:
        """Count what was not named one by one; called once, when the sheet has been read."""
        for (rule, severity, field), count in self._counts.items():
            more = count - SHOWN_ROWS
            if more > 0:
                self.result.add(
                    Finding(
                        rule,
                        severity,
                        "B0",
                        f"工作表“{self.sheet}”另有 {more} 处同类问题，未逐一列出（共 {count} 处）",
                        f"{more} more of the same kind on sheet “{self.sheet}” ({count} in all)",
                        self.result.form,
                        field,
                        self.sheet,
                        found=str(count),
                    )
                )


def uncached_formula(
    findings: SheetFindings, address: str, formula: str, field: FormField, row_key: str | None = None
) -> None:
    """Say that a formula was saved without its value: such a cell is no blank and no zero."""
    findings.say(
        "FML-001",
        f"{address} 是未计算的公式 {formula}，没有数值；请在 Excel 中重算并保存，或改填数字",
        f"{address} is a formula without a value; recalculate and save, or type the number",
        cell=address,
        field=field.id,
        row_key=row_key,
        found=formula,
        expected="数值",
    )


def too_early(findings: SheetFindings, field: FormField, period: str, address: str, found: str) -> None:
    """Say that something was filed for a field before its first month. It is not read, and rules pass it over."""
    findings.say(
        "FDM-002",
        f"{address}“{field.name}”自 {field.since} 起填报，报告期是 {period}；“{found}”未读取，请删去",
        f"{address} “{field.label.en}” is asked for from {field.since} on, the period is {period}; it was not read",
        cell=address,
        field=field.id,
        found=found,
        expected="空",
    )


def _key(text: str) -> str:
    """A spelling of a code or its name without signs: `F11-中央财政补助资金` is `F11 中央财政补助资金`."""
    return re.sub(r"\W", "", clean(text)).casefold()


@lru_cache(maxsize=256)
def _spellings(catalogue: Catalogue, lists: tuple[str, ...]) -> dict[str, str]:
    """Every accepted spelling of the codes of some lists: code, name, code with name. Ambiguous names are left out."""
    codes: dict[str, str] = {}
    names: dict[str, set[str]] = {}
    for name in lists:
        for code, row in catalogue.codelist(name).items():
            codes[_key(code)] = code
            for text in (row["name_zh"], code + row["name_zh"]):
                names.setdefault(_key(text), set()).add(code)
    return {**{text: next(iter(found)) for text, found in names.items() if len(found) == 1}, **codes}


class _Refused(Exception):
    """Why a cell has no value: the parts of a finding, without field and place."""

    def __init__(self, rule: str, zh: str, en: str, found: str, expected: str) -> None:
        super().__init__(zh)
        self.rule, self.zh, self.en, self.found, self.expected = rule, zh, en, found, expected


def serial_day(number: Decimal | None) -> dt.date | None:
    """The day of a number that spreadsheets store for it (1 is 1 January 1900); None outside of 1990 to 2050."""
    if number is None or number != number.to_integral_value() or not 32_874 <= number <= 55_153:
        return None
    return dt.date(1899, 12, 30) + dt.timedelta(days=int(number))


@lru_cache(maxsize=1 << 12)
def _kept_of_item(
    catalogue: Catalogue, field: int, filed_in: str | None, period: str | None
) -> dict[tuple[str, str], Content]:
    return {}


def kept_of_item(
    catalogue: Catalogue, field: FormField, filed_in: Unit | None, period: str | None
) -> dict[tuple[str, str], Content] | None:
    """What cells of an item were found to say before, in any return; None where that depends on the return.

    period: which codes are valid depends on it.
    """
    if AREAS in field.codelists:
        return None
    unit, asked = filed_in.name if filed_in else None, period if field.codelists else None
    return _kept_of_item(catalogue, id(field), unit, asked)  # the catalogue keeps the field


class FieldReader:
    """Reads the cells of one field. filed_in: the unit that the sheet prints for it (None: the field has none).

    within: the reporting unit; names of areas are looked up below it, because counties of one name are many. period: of
    the return, which decides which codes are valid; None where it could not be read.
    kept: what other readers of the field have read in the same unit (see `kept_of_item`).
    """

    def __init__(
        self,
        field: FormField,
        filed_in: Unit | None,
        catalogue: Catalogue,
        findings: SheetFindings,
        within: str | None = None,
        period: str | None = None,
        kept: dict[tuple[str, str], Content] | None = None,
    ) -> None:
        self.period = period
        self.field, self.filed_in, self.catalogue, self.findings = field, filed_in, catalogue, findings
        self.unit = catalogue.unit(field.unit) if field.unit else None
        self.base = self.unit.base if self.unit else None
        self.is_number = field.is_number
        self.within = within or NATION
        self._codes: dict[str, str | None] = {}  # text of a cell → its codes, as looked up before
        # kind and text of a cell of which nothing was said → its content: in a list most of them come again
        self.kept = {} if kept is None else kept
        self.most = KEPT if kept is None else KEPT_OF_ITEM

    def read(self, cell: Cell, address: str) -> CellValue | None:
        """The value of a cell that is not blank; None when a finding says why there is none."""
        held = self.content(cell, address)
        return None if held is None else CellValue(*held[:2], self.printed, self.findings.sheet, address, held[2])

    @property
    def printed(self) -> str | None:
        """The base unit of its values; None where they are no numbers."""
        return self.base if self.is_number else None

    def content(self, cell: Cell, address: str, row_key: Callable[[], str] | None = None) -> Content | None:
        """As `read`, without the place. row_key: how a finding names the row."""
        kept = self.kept.get((cell.kind, cell.text))
        if kept is not None:
            return kept
        kept, severity, why = self._judged(cell)
        if why is not None:
            self._say(why, severity, address, row_key)
        elif kept is not None and len(self.kept) < self.most:
            self.kept[cell.kind, cell.text] = kept
        return kept

    def plain(self, cell: Cell) -> Content | None:
        """The content of a cell of which nothing has to be said; None for every other one."""
        kept, _, why = self._judged(cell)
        return kept if why is None else None

    def _judged(self, cell: Cell) -> tuple[Content | None, str, _Refused | None]:
        """The content of a cell, and what has to be said of it, how gravely."""
        try:
            found = self._value(cell)
        except _Refused as why:
            return None, "error", why
        share = self._maybe_a_share(found, cell)
        if share is not None:
            return found, "warning", share
        if self.is_number and cell.kind == "s":
            text = plain(decimal_of(cell.text))
            said = f"是文本格式的数字“{cell.text}”，按 {text} 读取", f"is a number stored as text; read as {text}"
            return found, "info", _Refused("FDT-003", *said, cell.text, self._wanted)
        if self.field.type == "date" and cell.kind == "n" and serial_day(cell.number):
            said = (
                f"是数字 {cell.shown}，按日期序号读作 {found[0]}；请核对，并把单元格设为日期格式",
                f"is the number {cell.shown}, read as the day {found[0]}; check it and format the cell as a date",
            )
            return found, "warning", _Refused(SERIAL_DAY, *said, cell.shown, str(found[0]))
        return found, "", None

    def _maybe_a_share(self, found: Content, cell: Cell) -> _Refused | None:
        """A rate up to 1 may be a share: 0.95, also as the cell holds what it shows as 95%."""
        filed = found[1]
        if self.unit is None or self.unit.base != "%" or not isinstance(filed, Decimal) or not 0 < filed <= 1:
            return None
        held, meant = plain(filed), plain(filed * 100)
        zh = f"填 {held}，按 {held}% 读取；比率填百分数（九成五填95），若是 {meant}% 请更正"
        en = f"holds {held} and was read as {held} %; rates are per cent: if it is {meant} %, correct it"
        return _Refused("UNT-004", zh, en, cell.shown, self._wanted)

    def _value(self, cell: Cell) -> Content:
        """Value, value in the unit of the field, and the content as it stands. Raises _Refused."""
        if cell.kind == "e":
            raise _Refused(
                "FML-002",
                f"是公式错误 {cell.text}，没有数值；请改正公式，或改填数值",
                "is a formula error; mend the formula, or type the value",
                cell.text,
                "数值",
            )
        if not self.is_number:
            value = _CONVERTERS.get(self.field.type, FieldReader._text)(self, cell)
            return value, value, cell.text if cell.kind == "s" else cell.shown
        number, base, filed = self._number(cell)
        return base, filed, cell.text if cell.kind == "s" else format(number, "f")

    def _say(self, why: _Refused, severity: str, address: str, row_key: Callable[[], str] | None) -> None:
        self.findings.say(
            why.rule,
            f"{address}“{self.field.name}”{why.zh}",
            f"{address} “{self.field.label.en}” {why.en}",
            severity=severity,
            cell=address,
            field=self.field.id,
            row_key=row_key() if row_key else None,
            found=why.found,
            expected=why.expected,
        )

    # -- numbers ------------------------------------------------------------------------------------------------
    @property
    def _wanted(self) -> str:
        return f"数字（单位：{self.field.unit or '—'}）"

    def _number(self, cell: Cell) -> tuple[Decimal, Decimal, Decimal]:
        """As it stands, in the base unit, and in the unit of the field."""
        number = decimal_of(cell.text) if cell.kind == "s" else cell.number
        if number is None:
            raise _Refused(
                "FDT-001",
                f"应填{self._wanted}，却填“{cell.text}”；请只填数字，没有则留空",
                f"must be a number but holds “{cell.text}”; type digits only",
                cell.text,
                self._wanted,
            )
        base = number * self.filed_in.factor if self.filed_in else number
        filed = number if self.unit is None or self.filed_in is self.unit else base / self.unit.factor
        if self.field.type == "integer" and filed != filed.to_integral_value():
            raise _Refused(
                "FDT-002", f"应为整数，却填 {plain(filed)}", "must be a whole number", str(plain(filed)), "整数"
            )
        exponent = base.normalize().as_tuple().exponent
        if (isinstance(exponent, int) and -exponent > STORE_DECIMALS) or abs(filed) >= TOO_LARGE:
            raise _Refused(
                "FDT-004",
                f"位数过多：{plain(filed)}",
                "has too many digits",
                str(plain(filed)),
                f"整数不超过16位，小数不超过{STORE_DECIMALS}位",
            )
        return number, base, filed

    # -- everything else ----------------------------------------------------------------------------------------
    def _text(self, cell: Cell) -> str:
        if cell.kind == "s":  # most cells
            return cell.text.strip()
        if cell.kind == "b":  # what it shows depends on its format: TRUE, 1, 是
            raise _Refused(
                "FDT-001",
                f"应填文字，却是逻辑值 {cell.shown}；请改填文字，没有则留空",
                f"must be a text but is the truth value {cell.shown}; type the text, or leave it blank",
                cell.shown,
                "文本",
            )
        number = cell.number
        if number is not None and abs(number) >= NUMBER_DIGITS:
            raise _Refused(
                "FDT-007",
                f"是数字格式，超过15位的尾数已丢失（现为 {cell.shown}）；请设为文本格式后重新填写",
                "is a number cell, which keeps 15 digits only; set the cell to text and type it again",
                cell.shown,
                "文本",
            )
        return cell.shown.strip().removesuffix("T00:00:00") if cell.kind == "d" else cell.shown.strip()

    def _date(self, cell: Cell) -> dt.date:
        text = clean(cell.shown)
        hit = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
        try:
            if hit:
                return dt.date(int(hit[1]), int(hit[2]), int(hit[3]))
        except ValueError:
            pass  # no such day
        serial = serial_day(cell.number)
        if serial:
            return serial
        raw = cell.shown.strip()
        raise _Refused(
            "FDT-005",
            f"应填日期（如 2023-06-20），却填“{raw}”",
            f"must be a date such as 2023-06-20 but holds “{raw}”",
            raw,
            "yyyy-mm-dd",
        )

    def _month(self, cell: Cell) -> str:
        raw = cell.shown.strip()
        text = clean(raw)
        hit = _MONTH.fullmatch(text) or _DAY.fullmatch(text)
        month = int(hit[2] or hit[3]) if hit else 0
        # a number cell shows 2023.10 as 2023.1: January or October is not for us to say
        if hit is None or not 1 <= month <= 12 or (cell.kind == "n" and text.endswith(".1")):
            raise _Refused(
                "FDT-005",
                f"应填年月（如 2023-05），却填“{raw}”",
                f"must be a month such as 2023-05 but holds “{raw}”",
                raw,
                "yyyy-mm",
            )
        return f"{hit[1]}-{month:02d}"

    def _bool(self, cell: Cell) -> bool:
        raw = cell.shown.strip()
        text = clean(raw).casefold()
        if text in YES or text in NO:
            return text in YES
        raise _Refused("FDT-006", f"应填“是”或“否”，却填“{raw}”", f"must be 是 or 否 but holds “{raw}”", raw, "是、否")

    def _code(self, cell: Cell) -> str:
        text = cell.shown.strip()
        if text not in self._codes:
            parts = [p for p in re.split(r"[;；\n]", text) if p.strip()] if self.field.many else [text]
            codes = [self._one_code(part) for part in parts]
            known = [c for c in codes if c is not None]
            self._codes[text] = ";".join(dict.fromkeys(known)) if codes and len(known) == len(codes) else None
        found = self._codes[text]
        if found is None:
            lists = "、".join(self.field.codelists)
            if AREAS in self.field.codelists:
                some = ["六位区划代码"]
            else:
                some = list(self.catalogue.codes_of(self.field))[:8]
            raise _Refused(
                "COV-001",
                f"的代码“{text}”不在代码表 {lists}",
                f"“{text}” is not in code list {lists}",
                text,
                "、".join(some),
            )
        self._in_time(found, text)
        return found

    def _in_time(self, codes: str, text: str) -> None:
        """Codes have months too. Units have their own rules (EVA-002, J4-024)."""
        if self.period is None or AREAS in self.field.codelists:
            return
        known = self.catalogue.codes_of(self.field)
        late = [c for c in codes.split(";") if not is_current(known[c], self.period)]
        if late:
            row = known[late[0]]
            span = f"{row.get('valid_from') or ''}—{row.get('valid_to') or ''}"
            valid = [f"{c} {r['name_zh']}" for c, r in known.items() if is_current(r, self.period)]
            some = "、".join(valid[:8]) + ("等" if len(valid) > 8 else "")
            codes_then = ", ".join(c for c, r in list(known.items()) if is_current(r, self.period))
            raise _Refused(
                "COV-002",
                f"的代码 {late[0]}“{row['name_zh']}”只用于 {span}，报告期是 {self.period}；此期可用：{some}",
                f"holds code {late[0]}, valid in {span} and not in {self.period}; valid then: {codes_then[:200]}",
                text,
                some,
            )

    def _one_code(self, text: str) -> str | None:
        if AREAS not in self.field.codelists:
            return _spellings(self.catalogue, tuple(self.field.codelists)).get(_key(text))
        word = clean(text)
        if word in self.catalogue.all_areas:  # whether it stands in the period is told by J4-024
            return word
        both = re.fullmatch(r"(\d{6})(\D+)", word)
        if both:
            return both[1] if both[1] in self.catalogue.find_area(both[2]) else None
        found = self.catalogue.find_area(word, self.within)
        return found[0] if len(found) == 1 else None


_CONVERTERS: dict[str, Callable[[FieldReader, Cell], Value]] = {
    "date": FieldReader._date,
    "month": FieldReader._month,
    "bool": FieldReader._bool,
    "code": FieldReader._code,
}


def reported_unit(
    field: FormField, text: str, catalogue: Catalogue, findings: SheetFindings, address: str
) -> tuple[Unit | None, bool]:
    """The unit that a form prints for a field, and whether the field can be read at all (UNT-001 says why not)."""
    if field.unit is None:
        return None, True
    unit = catalogue.unit(field.unit)
    filed_in = unit if clean(text) == clean(unit.name) else catalogue.unit_spelled(text)
    if filed_in is not None and filed_in.base == unit.base:
        return filed_in, True
    shown = clean(text) or "空"
    findings.say(
        "UNT-001",
        f"{address}“{field.name}”的计量单位应为“{unit.name}”，表中为“{shown}”；单位不明不读取",
        f"{address}: unit must be {unit.name} but the form says “{shown}”",
        cell=address,
        field=field.id,
        found=shown,
        expected=unit.name,
    )
    return None, False


def first_cells(sheet: Sheet, last_row: int, words: frozenset[str]) -> dict[str, Cell]:
    """Each of some words (spaces and width ignored) → the first cell in reading order that holds it, down to a row."""
    frame = sheet.frame
    if frame is not None and not any(c.kind == "s" and clean(c.text) in words for c in sheet.own.values()):
        held = _of_frame(frame, last_row, words)
        if not any(c[:2] in sheet.own for c in held.values()):
            return held
    return _first_cells(sheet, last_row, words)


def _first_cells(sheet: Sheet, last_row: int, words: frozenset[str]) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for _, cell in sorted(sheet.top(last_row).items()):
        text = clean(cell.text)
        if text in words:
            found.setdefault(text, cell)
    return found


_of_frame = lru_cache(maxsize=64)(_first_cells)
