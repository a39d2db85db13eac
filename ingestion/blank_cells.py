"""What the sheets of a written workbook share: styles, one value into one cell, drop-down lists, the sheet of codes.

Texts are always written as texts, so that nothing starting with `=` becomes a formula. Not here: which sheet holds what
(blank.py, blank_tables.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from ingestion.catalogue import Catalogue
from ingestion.cells import AREAS
from ingestion.errors import UsageError
from ingestion.form_model import FieldSet, FormField
from ingestion.model import Value
from ingestion.outputs import DOUBLE_DIGITS, is_exact
from ingestion.validity import is_current

LARGEST = 10**DOUBLE_DIGITS
LONGEST_TEXT = 32767  # characters that a cell can hold
FONT = "微软雅黑"
CODES_SHEET = "代码表"
GREY, BLUE = "#EDEDED", "#1F4E79"
NOTE_WIDTH = 300  # of a cell note, in pixels; LINE characters fit into a line of it
LINE, LINE_HEIGHT = 22, 17
Look = Literal["input", "before", "carried", "change"]


def exact_double(value: Decimal) -> float:
    """The double whose shortest text is `value`. Raises UsageError for more digits than a workbook keeps."""
    if not is_exact(value):
        raise UsageError(f"数值 {value} 超过{DOUBLE_DIGITS}位有效数字，工作簿存不下 (too many digits for a workbook)")
    return float(value)


def number_format(field: FormField) -> str:
    if not field.is_number:
        return "@"  # as text, or Excel turns a typed date or document number into something else
    # 2,023 would read as a count
    whole = "0" if field.unit in ("年", "度") or (field.semantics == "event" and not field.decimals) else "#,##0"
    return whole + ("." + "0" * field.decimals if field.decimals else "")


class Styles:
    """The cell formats of one workbook. opens: cells to fill in are unlocked, for sheets that are protected."""

    def __init__(self, book: Any, *, sample: bool, opens: bool = False) -> None:
        self._book = book
        self._open = {"locked": False} if opens else {}
        base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        self._cell = {**base, "border": 1, "border_color": "#808080"}
        warned = {"font_color": "#C00000", "font_size": 14} if sample else {"font_size": 16}
        self.title = book.add_format({**base, "bold": True, "align": "center", **warned})
        self.label = book.add_format({**self._cell, "bg_color": "#F2F2F2"})
        self.text = book.add_format({**self._cell, "num_format": "@", "text_wrap": True})
        self.head = book.add_format(
            {**self._cell, "bg_color": "#D9D9D9", "bold": True, "align": "center", "text_wrap": True}
        )
        self.centre = book.add_format({**self._cell, "bg_color": "#F2F2F2", "align": "center", "num_format": "@"})
        self.input_text = book.add_format({**self._cell, "num_format": "@", "text_wrap": True, **self._open})
        self._plain = base
        self._made: dict[tuple[str, Look], Any] = {}
        self._columns: dict[str, Any] = {}

    @cached_property
    def legend(self) -> Any:
        return self._book.add_format({"font_name": FONT, "font_size": 9, "valign": "vcenter", "font_color": "#595959"})

    @cached_property
    def wrong(self) -> Any:
        return self._book.add_format({"bg_color": "#FF7C80", "font_color": "#7F0000"})

    @cached_property
    def doubtful(self) -> Any:
        return self._book.add_format({"bg_color": "#F8CBAD"})

    @cached_property
    def wanted(self) -> Any:
        return self._book.add_format({"bg_color": "#FFF2CC"})

    def of(self, field: FormField, look: Look = "input") -> Any:
        """The format of a cell of a field. before = grey: to be looked at, not to be typed in; carried = blue: to check."""
        key = (number_format(field), look)
        if key not in self._made:
            looks: dict[Look, dict[str, Any]] = {
                "input": self._open,
                "before": {"bg_color": GREY, "font_color": "#7F7F7F"},
                "carried": {**self._open, "font_color": BLUE},
                # a difference has its sign, and shows nothing where nothing changed
                "change": {"bg_color": GREY, "font_color": BLUE, "num_format": f"+{key[0]};-{key[0]};"},
            }
            align = "left" if key[0] == "@" else "right"
            self._made[key] = self._book.add_format({**self._cell, "num_format": key[0], "align": align, **looks[look]})
        return self._made[key]

    def column(self, field: FormField) -> Any:
        """What a cell below the written ones looks like when somebody types into it: no border, same number format."""
        key = number_format(field)
        if key not in self._columns:
            self._columns[key] = self._book.add_format({**self._plain, "num_format": key, **self._open})
        return self._columns[key]


def write_value(sheet: Any, row: int, column: int, field: FormField, value: Value, style: Any) -> None:
    """One value into one cell. Raises UsageError for a value that the cell could not give back."""
    if field.is_number:
        if not isinstance(value, Decimal):
            raise UsageError(f"{field.code}“{field.name}”应为数字，得到 {value!r} (a number is expected)")
        sheet.write_number(row, column, exact_double(value), style)
        return
    if isinstance(value, bool):
        text = "是" if value else "否"
    else:
        text = value.isoformat() if isinstance(value, dt.date) else str(value)
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"{field.code}“{field.name}”文字过长，工作簿存不下 (text too long for a cell)")
    sheet.write_string(row, column, text, style)


def merge(sheet: Any, row: int, first: int, last: int, text: str, style: Any) -> None:
    """Merge cells of a row. The text goes in by itself: merge_range would guess formulas, links and numbers."""
    if first < last:
        sheet.merge_range(row, first, row, last, "", style)
    if text or first == last:
        sheet.write_string(row, first, text, style)


def note(sheet: Any, row: int, column: int, text: str) -> None:
    """A cell note, large enough to be read without pulling at its corners."""
    lines = sum(1 + len(part) // LINE for part in text.split("\n"))
    sheet.write_comment(row, column, text, {"width": NOTE_WIDTH, "height": LINE_HEIGHT * lines + 12, "font_size": 9})


def fileable_codes(lists: Iterable[str], catalogue: Catalogue, period: str) -> list[str]:
    """The codes that a unit files for a period, as people pick them: `F11 中央财政补助资金`.

    Left out: codes that gather others, codes of ours for printed tables, and codes that are not valid then.
    """
    codes = {code: row for name in lists for code, row in catalogue.codelist(name).items()}
    gathering = {row.get("parent", "") for row in codes.values()}
    return [
        f"{code} {row['name_zh']}"
        for code, row in codes.items()
        if code not in gathering and not row.get("source", "").startswith("ours") and is_current(row, period)
    ]


class Choices:
    """Drop-down lists of a blank. The codes stand on a visible sheet of their own, which also serves for looking up."""

    def __init__(self, catalogue: Catalogue, period: str) -> None:
        self.catalogue, self.period = catalogue, period
        self.lists: dict[tuple[str, ...], list[str]] = {}  # code lists → names of the fields that use them

    def codes(self, lists: Iterable[str]) -> list[str]:
        """What people pick from in this blank."""
        return fileable_codes(lists, self.catalogue, self.period)

    def gather(self, fields: FieldSet) -> None:
        for field in fields.fields:
            if field.codelists and AREAS not in field.codelists:
                self.lists.setdefault(tuple(field.codelists), []).append(field.name)

    def offer(self, sheet: Any, first_row: int, last_row: int, column: int, field: FormField) -> None:
        """Let people choose, and ask back where a number is due; never forbid, the reader understands or asks."""
        if field.is_number:
            whole = field.type == "integer"
            asked = f"应填{'整数' if whole else '数字'}{f'，单位：{field.unit}' if field.unit else ''}。仍要这样填吗？"
            rule = {"validate": "integer" if whole else "decimal", "criteria": "between", "minimum": -LARGEST,
                    "maximum": LARGEST, "error_type": "warning", "error_title": field.name[:32],
                    "error_message": asked}  # fmt: skip
            sheet.data_validation(first_row, column, last_row, column, rule)
            return
        if field.type == "bool":
            source: Any = ["是", "否"]
        elif tuple(field.codelists) in self.lists and not field.many:
            number = list(self.lists).index(tuple(field.codelists))
            letters = chr(65 + number) if number < 26 else chr(64 + number // 26) + chr(65 + number % 26)
            source = f"='{CODES_SHEET}'!${letters}$2:${letters}${1 + len(self.codes(field.codelists))}"
        else:
            return
        sheet.data_validation(
            first_row, column, last_row, column, {"validate": "list", "source": source, "show_error": False}
        )

    def write(self, book: Any, styles: Styles) -> None:
        if not self.lists:
            return
        sheet = book.add_worksheet(CODES_SHEET)
        for column, (lists, names) in enumerate(self.lists.items()):
            sheet.set_column(column, column, 24)
            sheet.write_string(0, column, "、".join(dict.fromkeys(names)) + " 代码", styles.head)
            for row, text in enumerate(self.codes(lists), start=1):
                sheet.write_string(row, column, text, styles.text)
        sheet.freeze_panes(1, 0)
        sheet.protect()
