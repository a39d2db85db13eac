"""What the sheets of a written workbook share: styles, one value into one cell, drop-down lists, the sheet of codes.

Texts are always written as texts, so that nothing starting with `=` becomes a formula. Not here: which sheet holds what
(blank.py, blank_tables.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ingestion.catalogue import Catalogue
from ingestion.cells import AREAS
from ingestion.errors import UsageError
from ingestion.model import Value
from ingestion.rulebook_model import FieldSet, FormField

DOUBLE_DIGITS = 15  # decimal digits that a workbook's double gives back unchanged
LONGEST_TEXT = 32767  # characters that a cell can hold
FONT = "微软雅黑"
CODES_SHEET = "代码表"


def exact_double(value: Decimal) -> float:
    """The double whose shortest text is `value`. Raises UsageError for more digits than a workbook keeps."""
    if len(value.normalize().as_tuple().digits) > DOUBLE_DIGITS:
        raise UsageError(f"数值 {value} 超过{DOUBLE_DIGITS}位有效数字，工作簿存不下 (too many digits for a workbook)")
    return float(value)


def number_format(field: FormField) -> str:
    if not field.is_number:
        return "@"  # as text, or Excel turns a typed date or document number into something else
    # 2,023 would read as a count
    whole = "0" if field.unit in ("年", "度") or (field.semantics == "event" and not field.decimals) else "#,##0"
    return whole + ("." + "0" * field.decimals if field.decimals else "")


class Styles:
    """The cell formats of one workbook."""

    def __init__(self, book: Any, *, sample: bool) -> None:
        self._book = book
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
        self._plain = base
        self._made: dict[tuple[str, bool], Any] = {}
        self._columns: dict[str, Any] = {}

    def of(self, field: FormField, *, locked: bool = False) -> Any:
        """The format of a cell of a field; locked = grey: to be looked at, not to be typed in."""
        key = (number_format(field), locked)
        if key not in self._made:
            look = {"bg_color": "#EDEDED", "font_color": "#7F7F7F"} if locked else {}
            align = "left" if key[0] == "@" else "right"
            self._made[key] = self._book.add_format({**self._cell, "num_format": key[0], "align": align, **look})
        return self._made[key]

    def column(self, field: FormField) -> Any:
        """What a cell below the written ones looks like when somebody types into it: no border, same number format."""
        key = number_format(field)
        if key not in self._columns:
            self._columns[key] = self._book.add_format({**self._plain, "num_format": key})
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


def fileable_codes(lists: Iterable[str], catalogue: Catalogue) -> list[str]:
    """The codes that a unit files, as people pick them: `F11 中央财政补助资金`.

    Left out: codes that gather others, and codes of ours for printed tables.
    """
    codes = {code: row for name in lists for code, row in catalogue.codelist(name).items()}
    gathering = {row.get("parent", "") for row in codes.values()}
    return [
        f"{code} {row['name_zh']}"
        for code, row in codes.items()
        if code not in gathering and not row.get("source", "").startswith("ours")
    ]


class Choices:
    """Drop-down lists of a blank. The codes stand on a visible sheet of their own, which also serves for looking up."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.lists: dict[tuple[str, ...], list[str]] = {}  # code lists → names of the fields that use them

    def gather(self, fields: FieldSet) -> None:
        for field in fields.fields:
            if field.codelists and AREAS not in field.codelists:
                self.lists.setdefault(tuple(field.codelists), []).append(field.name)

    def offer(self, sheet: Any, first_row: int, last_row: int, column: int, field: FormField) -> None:
        """Let people choose; never forbid another spelling, which the reader understands or asks about."""
        if field.type == "bool":
            source: Any = ["是", "否"]
        elif tuple(field.codelists) in self.lists and not field.many:
            number = list(self.lists).index(tuple(field.codelists))
            letters = chr(65 + number) if number < 26 else chr(64 + number // 26) + chr(65 + number % 26)
            source = (
                f"='{CODES_SHEET}'!${letters}$2:${letters}${1 + len(fileable_codes(field.codelists, self.catalogue))}"
            )
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
            for row, text in enumerate(fileable_codes(lists, self.catalogue), start=1):
                sheet.write_string(row, column, text, styles.text)
        sheet.freeze_panes(1, 0)
