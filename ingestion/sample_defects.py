"""Sample workbooks with one defect each, by name: what must be answered, by which rule, at which cell.

Made from sound sample returns (模拟数据) by changing one thing in the way people do. What is expected follows from what
was changed, not from what the reader says. Several defects of one form can be put into one workbook. Not here: what
auditors find (sample_findings.py, of which the corpus is made too), faults of a whole sample year (sample_faults.py), how
many are found (quality.seeded_errors), what only other returns show (sample_relations.py).
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import openpyxl

from ingestion.catalogue import Catalogue, catalogue
from ingestion.form_model import FormField
from ingestion.sample_findings import cases

VALUE, UNIT = "D", "C"  # columns of a form of items
SHOWN_DAY = dt.date(2023, 9, 30)
Change = tuple[str, str, Any]  # sheet, cell, what is put into it


@dataclass(frozen=True)
class Defect:
    """expected verdict (`check`), rule and cell; zh says what was done to the workbook, kind and kind_zh in what way.

    sheet and cell are None where no one cell can be named. changes: the cells that hold something else than in the sound
    return, and what.
    """

    name: str
    form: str
    kind: str
    kind_zh: str
    zh: str
    verdict: str
    rule: str
    sheet: str | None
    cell: str | None
    changes: Sequence[Change]
    sound: bytes = field(repr=False)

    @property
    def data(self) -> bytes:
        return changed(self.sound, self.changes)

    @property
    def cells(self) -> set[tuple[str | None, str | None]]:
        """Sheet and cell of what was changed and of what the answer names."""
        return {(self.sheet, self.cell)} | {(sheet, cell) for sheet, cell, _ in self.changes}


def together(parts: Sequence[Defect]) -> bytes:
    """One workbook with several defects of one form, each in a cell of its own."""
    changes = [change for defect in parts for change in defect.changes]
    assert len({change[:2] for change in changes}) == len(changes) and len({d.form for d in parts}) == 1
    return changed(parts[0].sound, changes)


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


# what is typed in another unit than the form prints: form, item, times what, rule of the proportion that warns, verdict
SLIPS = (
    ("J1", "plan_area", Decimal("0.0001"), "J1-011", "needs_explanation"),
    ("J1", "pf_total", Decimal(10_000), "J1-013", "returned"),  # it is no longer the sum of its parts either
    ("J2", "inv_done", Decimal(10_000), "J2-024", "needs_explanation"),
)


def relabelled(data: bytes, unit: str, name: str, period: str | None = None) -> bytes:
    """A sound one-row return as that of another unit, or period: only the code, the name and the period of its header
    change."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet, places = book.worksheets[0], _header(book.worksheets[0])
    sheet[places["填报单位代码"]].value, sheet[places["填报单位名称"]].value = unit, name
    if period is not None:
        sheet[places["报告期"]].value = period
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _header(sheet: Any) -> dict[str, str]:
    """Label of the block above the table → the cell that is filled in beside it."""
    places: dict[str, str] = {}
    for row in sheet.iter_rows(max_row=11, max_col=4):
        places |= {str(c.value): sheet.cell(c.row, c.column + 1).coordinate for c in row if c.value}
    return places


def changed(data: bytes, changes: Sequence[Change]) -> bytes:
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
    def __init__(self, book: Catalogue, base: Mapping[str, bytes]) -> None:
        self.book, self.base = book, base
        self.sheets = {form: openpyxl.load_workbook(io.BytesIO(data)) for form, data in base.items()}

    def _required_rule(self, form: str) -> str:
        return next(rule.id for rule in self.book.rules[form] if rule.type == "FDM")

    def _filled(self, form_id: str) -> Iterator[tuple[FormField, int]]:
        """Items that the sound return fills, with their rows."""
        sheet = self.sheets[form_id].worksheets[0]
        rows = {str(row[0].value): row[0].row for row in sheet.iter_rows(max_col=1)}
        for item in self.book.form(form_id).fields:
            if sheet[f"{VALUE}{rows[item.code]}"].value is not None:
                yield item, rows[item.code]

    def _items(self, form_id: str) -> Iterator[tuple[FormField, int]]:
        """Of these the ones that every return must fill."""
        return ((item, row) for item, row in self._filled(form_id) if item.core)

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
                yield self._defect(form_id, item.id, kind, zh, f"“{item.name}”", rule, title, cell, value)
            if item.required == "always":
                rule = self._required_rule(form_id)
                yield self._defect(form_id, item.id, "blank", "漏填", f"“{item.name}”", rule, title, cell, None)
            if item.unit and n % 3 == 0:
                of, zh, at = f"“{item.name}”的", "计量单位删去", f"{UNIT}{row}"
                yield self._defect(form_id, item.id, "no_unit", zh, of, "UNT-001", title, at, None)

    def totals(self, form_id: str) -> Iterator[Defect]:
        """Every total of the rule book one more than its parts add up to, where all of them are filed."""
        title = self.sheets[form_id].worksheets[0].title
        items, fields = {i.id: (i, row) for i, row in self._filled(form_id)}, self.book.form(form_id).by_id
        for rule in self.book.rules[form_id]:
            parts = [str(part).lstrip("-") for part in rule.params.get("parts", [])]
            needed = [str(rule.params.get("total")), *(p for p in parts if not fields[p].blank_means)]
            if rule.type != "VAD" or rule.tables or not all(name in items for name in needed):
                continue
            item, row = items[needed[0]]
            more = self._number(form_id, row) + 1
            kind, zh, of = "total_off", "比分项之和多1", f"“{item.name}”"
            yield self._defect(form_id, item.id, kind, zh, of, rule.id, title, f"{VALUE}{row}", more)

    def slips(self) -> Iterator[Defect]:
        """Numbers in another unit than the form prints."""
        for form_id, name, times, rule, verdict in SLIPS:
            item, row = next((i, r) for i, r in self._items(form_id) if i.id == name)
            value = (self._number(form_id, row) * times).quantize(Decimal(1).scaleb(-item.decimals))
            title, cell, of = self.sheets[form_id].worksheets[0].title, f"{VALUE}{row}", f"“{item.name}”"
            yield self._defect(
                form_id, item.id, "other_unit", "按另一计量单位填", of, rule, title, cell, value, verdict=verdict
            )

    def after(self, before: bytes) -> Iterator[Defect]:
        """What only the month before or the plan shows. before: the J2 of that month."""
        sheet = self.sheets["J2"].worksheets[0]
        old = openpyxl.load_workbook(io.BytesIO(before)).worksheets[0]
        rows = {str(row[0].value): row[0].row for row in sheet.iter_rows(max_col=1)}

        def planted(name: str, kind: str, zh: str, rule: str, value: Decimal, verdict: str) -> Defect:
            item = self.book.form("J2").by_id[name]
            cell, of = f"{VALUE}{rows[item.code]}", f"“{item.name}”"
            return self._defect("J2", name, kind, zh, of, rule, sheet.title, cell, value, verdict=verdict)

        def both(name: str) -> tuple[Decimal, Decimal]:
            cell = f"{VALUE}{rows[self.book.form('J2').by_id[name].code]}"
            return Decimal(str(old[cell].value)), Decimal(str(sheet[cell].value))

        # communities also no longer agree with their stages, which is an error
        for name, verdict in (("xq_start", "returned"), ("hh_start", "needs_explanation")):
            yield planted(name, "falls", "低于上月累计", "J2-003", both(name)[0] - 1, verdict)
        then, now = both("xq_start")
        yield planted("xq_start_m", "month_off", "不等于累计之差", "J2-004", now - then + 1, "returned")
        yield planted("st_wait", "not_the_plan", "使阶段合计多于计划", "J2-005", both("st_wait")[1] + 1, "returned")

    def _number(self, form_id: str, row: int) -> Decimal:
        return Decimal(str(self.sheets[form_id].worksheets[0][f"{VALUE}{row}"].value))

    def rows(self, form_id: str, table: str) -> Iterator[Defect]:
        """Every core column of a roster, in its first row."""
        fields = self.book.field_sets[table]
        page, codes, at = self._columns(form_id, table)
        sheet = self.sheets[form_id][page]
        for n, item in enumerate(f for f in fields.fields if f.core and f.code in codes):
            cell = f"{codes[item.code]}{at}"
            if sheet[cell].value is None:
                continue
            sort = "number" if item.is_number else item.type
            kinds = list(ROWS.get(sort, {}).items())
            for kind, (zh, value, rule) in (kinds[n % len(kinds)], kinds[(n + 1) % len(kinds)]) if kinds else ():
                yield self._defect(form_id, item.id, kind, zh, f"{table}“{item.name}”", rule, page, cell, value)

    def _columns(self, form_id: str, table: str) -> tuple[str, dict[str, str], int]:
        """Sheet of a table, code of a column → its letters, and the first row with values."""
        first = self.book.field_sets[table].fields[0].code
        page = next(t.sheet for t in self.book.form(form_id).tables if t.id == table)
        for row in self.sheets[form_id][page].iter_rows(max_row=20):
            if str(row[0].value) == first:
                return page, {str(c.value): c.column_letter for c in row if c.value}, row[0].row + 2
        raise AssertionError(f"no head of {table}")

    def listed(self) -> Iterator[Defect]:
        """Relations within a row of the roster, and between its two rows."""
        page, codes, at = self._columns("J4", "J4")
        sheet, fields = self.sheets["J4"][page], self.book.field_sets["J4"].by_id

        def cell(name: str, row: int = at) -> str:
            return f"{codes[fields[name].code]}{row}"

        # the one date that every task has
        late = dt.date.fromisoformat(sheet[cell("d_plan")].value) + dt.timedelta(days=1)
        for name, kind, zh, rule, value, row in (
            ("d_reserve", "out_of_order", "晚于列入计划日期", "J4-009", late.isoformat(), at),
            ("d_start", "in_future", "晚于报告期末", "J4-010", "2091-01-05", at),
            ("xq_uid", "twice", "与另一行相同", "J4-001", sheet[cell("xq_uid")].value, at + 1),
        ):
            of = f"J4“{fields[name].name}”"
            yield self._defect("J4", name, kind, zh, of, rule, page, cell(name, row), value)

    def headers(self, form_id: str) -> Iterator[Defect]:
        """The block above the table."""
        sheet = self.sheets[form_id].worksheets[0]
        places = _header(sheet)
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
            yield self._defect(form_id, "", kind, zh, "", rule, sheet.title, cell, value, at)

    def _defect(
        self,
        form: str,
        item: str,
        kind: str,
        kind_zh: str,
        of: str,
        rule: str,
        sheet: str,
        cell: str,
        value: Any,
        at: str | None = None,
        verdict: str = "returned",
    ) -> Defect:
        """of: what was changed, in words; cell, value: where and to what; at: the cell that the answer names, where it is
        another one."""
        name = "_".join(part for part in (form, item, kind) if part)
        changes = [(sheet, cell, value)]
        return Defect(
            name, form, kind, kind_zh, of + kind_zh, verdict, rule, sheet, at or cell, changes, self.base[form]
        )

    def findings(self) -> Iterator[Defect]:
        """What auditors find."""
        for case, form, sheet, cell, changes in cases(self.book, self.sheets):
            yield Defect(
                f"{form}_{case.name}", form, case.name, case.zh, case.zh, case.verdict, case.rule, sheet, cell, changes,
                self.base[form],
            )  # fmt: skip


def defects(base: Mapping[str, bytes]) -> Iterator[Defect]:
    """All of them. base: form → a sound return (`samples.sound_returns`)."""
    corpus = _Corpus(catalogue(), base)
    for form in ("J1", "J2", "J3"):
        yield from corpus.items(form)
        yield from corpus.totals(form)
    yield from corpus.slips()
    for form in base:
        yield from corpus.headers(form)
    for table in ("J4", "J4C", "J4F"):
        yield from corpus.rows("J4", table)
    yield from corpus.findings()
    yield from corpus.listed()


def defects_in_time(base: Mapping[str, bytes], before: bytes) -> Iterator[Defect]:
    """Defects of the J2 of September that `check` cannot see: the verdict is that of receiving it after August (before)
    and the plan."""
    yield from _Corpus(catalogue(), base).after(before)
