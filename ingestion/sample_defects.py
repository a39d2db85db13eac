"""Sample workbooks with one defect each, by name: what must be answered, by which rule, at which cell.

Made from sound sample returns (模拟数据) by changing one thing in the way people do. What is expected follows from what
was changed, not from what the reader says. Not here: what auditors find (sample_findings.py, of which the corpus is made
too), faults of a whole sample year (sample_faults.py).
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from ingestion.catalogue import Catalogue, catalogue
from ingestion.rulebook_model import FormField
from ingestion.sample_findings import cases
from ingestion.samples import sound_returns

VALUE, UNIT = "D", "C"  # columns of a form of items
SHOWN_DAY = dt.date(2023, 9, 30)


@dataclass(frozen=True)
class Defect:
    """expected verdict (`check`), rule and cell; zh says what was done to the workbook."""

    name: str
    form: str
    zh: str
    verdict: str
    rule: str
    sheet: str
    cell: str
    data: bytes


# kind → Chinese words, what stands in the cell, the rule; all are returned
CELLS: dict[str, tuple[str, Any, str]] = {
    "text_with_unit": ("数字后写单位", "2000万", "FDT-001"),
    "about": ("写成约数", "约500", "FDT-001"),
    "dash": ("写横线", "—", "FDT-001"),
    "words": ("写汉字数", "三百", "FDT-001"),
    "two_measures": ("一格两数", "1639个、228769户", "FDT-001"),
    "grouped_wrongly": ("分节号错位", "12,34", "FDT-001"),
    "lost_character": ("字符丢失", "2\ufffd00", "FDT-001"),
    "error_value": ("公式错误值", "#REF!", "FML-002"),
    "formula": ("公式没有数值", "=1+1", "FML-001"),
    "date": ("数字变成日期", SHOWN_DAY, "FDT-001"),
    "too_long": ("位数过多", "800.1234567891234", "FDT-004"),
}
FRACTION = ("整数指标填小数", 6.5, "FDT-002")
ROWS: dict[str, dict[str, tuple[str, Any, str]]] = {  # of a roster: type of field → kind
    "number": {
        k: v for k, v in CELLS.items() if k in ("text_with_unit", "about", "dash", "error_value", "formula", "date")
    },
    "code": {"unknown_code": ("代码表没有的代码", "Z99", "COV-001"), "error_value": CELLS["error_value"]},
    "date": {"no_date": ("日期栏写状态", "已完工", "FDT-005"), "no_such_day": ("没有的日子", "2023-02-30", "FDT-005")},
}


def _changed(data: bytes, changes: Iterable[tuple[str, str, Any]]) -> bytes:
    """A workbook with another content in some cells; a date also as the format that shows it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet, cell, value in changes:
        book[sheet][cell].value = value
        if isinstance(value, dt.date):
            book[sheet][cell].number_format = "yyyy-mm-dd"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class _Corpus:
    def __init__(self, book: Catalogue, base: dict[str, bytes]) -> None:
        self.book, self.base = book, base
        self.sheets = {form: openpyxl.load_workbook(io.BytesIO(data)) for form, data in base.items()}

    def _required_rule(self, form: str) -> str:
        return next(rule.id for rule in self.book.rules[form] if rule.type == "FDM")

    def _items(self, form_id: str) -> Iterator[tuple[FormField, int]]:
        """Items that a return must fill, with their rows."""
        sheet = self.sheets[form_id].worksheets[0]
        rows = {str(row[0].value): row[0].row for row in sheet.iter_rows(max_col=1)}
        for item in self.book.form(form_id).fields:
            if item.core and sheet[f"{VALUE}{rows[item.code]}"].value is not None:
                yield item, rows[item.code]

    def items(self, form_id: str) -> Iterator[Defect]:
        """Every core number of a form with some kinds in turn, so that each kind meets each sort of field."""
        title = self.sheets[form_id].worksheets[0].title
        kinds = list(CELLS)
        numbers = [(i, r) for i, r in self._items(form_id) if i.is_number]
        for n, (item, row) in enumerate(numbers):
            cell = f"{VALUE}{row}"
            wanted = [(k, *CELLS[k]) for k in (kinds[n % len(kinds)], kinds[(n + 5) % len(kinds)])]
            if item.type == "integer":
                wanted.append(("fraction", *FRACTION))
            for kind, zh, value, rule in wanted:
                if kind == "too_long" and item.type == "integer":
                    rule = "FDT-002"  # it is no whole number before anything else
                yield self._defect(form_id, f"{item.id}_{kind}", f"“{item.name}”{zh}", rule, title, cell, value)
            if item.required == "always":
                rule = self._required_rule(form_id)
                name, zh = f"{item.id}_blank", f"“{item.name}”漏填"
                yield self._defect(form_id, name, zh, rule, title, cell, None)
            if item.unit and n % 3 == 0:
                name, zh = f"{item.id}_no_unit", f"“{item.name}”的计量单位删去"
                yield self._defect(form_id, name, zh, "UNT-001", title, f"{UNIT}{row}", None)

    def rows(self, form_id: str, table: str) -> Iterator[Defect]:
        """Every core column of a roster, in its first row."""
        fields = self.book.field_sets[table]
        page = next(t.sheet for t in self.book.form(form_id).tables if t.id == table)
        sheet = self.sheets[form_id][page]
        codes, at = {}, 0
        for row in sheet.iter_rows(max_row=20):
            if str(row[0].value) == fields.fields[0].code and not at:
                codes, at = {str(c.value): c.column_letter for c in row if c.value}, row[0].row + 2
        for n, item in enumerate(f for f in fields.fields if f.core and f.code in codes):
            cell = f"{codes[item.code]}{at}"
            if sheet[cell].value is None:
                continue
            sort = "number" if item.is_number else item.type
            kinds = list(ROWS.get(sort, {}).items())
            for kind, (zh, value, rule) in (kinds[n % len(kinds)], kinds[(n + 1) % len(kinds)]) if kinds else ():
                name, zh = f"{item.id}_{kind}", f"{table}“{item.name}”{zh}"
                yield self._defect(form_id, name, zh, rule, page, cell, value)

    def headers(self, form_id: str) -> Iterator[Defect]:
        """The block above the table."""
        sheet = self.sheets[form_id].worksheets[0]
        places: dict[str, str] = {}
        for row in sheet.iter_rows(max_row=11, max_col=4):
            places |= {str(c.value): sheet.cell(c.row, c.column + 1).coordinate for c in row if c.value}
        code, name, period = (places[w] for w in ("填报单位代码", "填报单位名称", "报告期"))
        future = "2091-01" if len(str(sheet[period].value)) > 4 else "2091"
        for kind, zh, cell, value, rule, at in (
            ("no_such_unit", "单位代码不在名录", code, "999999", "EVA-002", code),
            ("no_unit", "单位代码漏填", code, None, "EVA-002", code),
            ("another_unit", "代码与名称不是同一单位", code, "110101", "EVA-003", name),
            ("unknown_name", "单位名称写错", name, "海定区", "EVA-003", name),
            ("no_period", "报告期漏填", period, None, "EVA-004", period),
            ("thirteenth_month", "没有的月份", period, "2023-13", "EVA-004", period),
            ("period_in_words", "报告期写成文字", period, "去年", "EVA-004", period),
            ("future", "报告期在将来", period, future, "EVA-005", period),
        ):
            yield self._defect(form_id, kind, zh, rule, sheet.title, cell, value, at)

    def findings(self) -> Iterator[Defect]:
        """What auditors find."""
        for case, form, sheet, cell, changes in cases(self.book, self.sheets):
            data = _changed(self.base[form], changes)
            yield Defect(f"{form}_{case.name}", form, case.zh, case.verdict, case.rule, sheet, cell, data)

    def _defect(
        self, form: str, name: str, zh: str, rule: str, sheet: str, cell: str, value: Any, at: str | None = None
    ) -> Defect:
        """cell, value: what is changed; at: the cell that the answer names, where it is another one."""
        data = _changed(self.base[form], [(sheet, cell, value)])
        return Defect(f"{form}_{name}", form, zh, "returned", rule, sheet, at or cell, data)


def defects(folder: Path, seed: int = 20231001) -> Iterator[Defect]:
    """All of them. folder: where the sound returns are written that they are made from."""
    book = catalogue()
    base = {form: path.read_bytes() for form, path in sound_returns(folder, seed).items()}
    corpus = _Corpus(book, base)
    for form in ("J1", "J2", "J3"):
        yield from corpus.items(form)
    for form in base:
        yield from corpus.headers(form)
    for table in ("J4", "J4C", "J4F"):
        yield from corpus.rows("J4", table)
    yield from corpus.findings()
