"""One published workbook → ReadResult with observations, read through the layout of its source. Pure.

Every printed cell keeps its text, rounding and qualifier. Not here: how a table, labelled items or statements are read
(publication_tables.py, publication_items.py, publication_statements.py), what the figures mean (dbt).
"""

from __future__ import annotations

import calendar

from ingestion.catalogue import Catalogue
from ingestion.layout_model import Source, Span
from ingestion.model import Finding, ReadResult
from ingestion.publication_cells import PageContext
from ingestion.publication_checks import check_duplicates, check_totals, mark_parts
from ingestion.publication_dates import check_as_of
from ingestion.publication_forms import read_pairs
from ingestion.publication_items import read_items
from ingestion.publication_lists import read_list
from ingestion.publication_statements import read_statements
from ingestion.publication_tables import read_table
from ingestion.returns import meta_of
from ingestion.workbook import Workbook

_READERS = {
    "area": read_table,
    "period": read_table,
    "item": read_items,
    "statement": read_statements,
    "list": read_list,
    "pairs": read_pairs,
}


def source_of(book: Workbook) -> str | None:
    """The source named in our hidden sheet: a workbook transcribed by this project."""
    return meta_of(book).get("source") or None


def _label_of(period: Span) -> str:
    """The period of the file in the register: a year, a month, or a day."""
    if (period.end.month, period.end.day) == (12, 31):
        return str(period.end.year)
    last = calendar.monthrange(period.end.year, period.end.month)[1]
    return period.end.isoformat()[:7] if period.end.day == last else period.end.isoformat()


def read_publication(book: Workbook, source: Source, catalogue: Catalogue) -> ReadResult:
    """Read a published workbook through the layout of its source. Never raises for bad data."""
    layout = catalogue.layouts[source.layout]
    result = ReadResult(form=f"PUB:{layout.id}", period=_label_of(source.period) if source.period else None)
    visible = [s for s in book.sheets if s.visible]
    read_any = False
    dated: set[str] = set()  # several views may read one sheet
    for outer in layout.sheets:
        spec = catalogue.layouts[outer.use].sheets[0] if outer.use else outer
        sheet = next((s for s in visible if outer.match in ("*", s.name)), None)
        if sheet is None and not outer.optional and len(visible) == 1 and not outer.use:
            sheet = visible[0]
        if sheet is None:
            if not outer.optional:
                result.add(
                    Finding(
                        "FLF-010", "error", "B0", f"找不到工作表“{outer.match}”", f"no sheet “{outer.match}”",
                        result.form, None, outer.match, None, None, "、".join(s.name for s in visible), outer.match,
                    )
                )  # fmt: skip
            continue
        read_any = True
        context = PageContext(catalogue, source, result, sheet, before=len(result.observations))
        _READERS[spec.rows or "statement"](context, spec)
        if sheet.name not in dated:
            check_as_of(context, spec)
            dated.add(sheet.name)
        check_totals(context, spec)
        mark_parts(context, spec)
    if read_any and not result.observations and not result.listed:
        first = visible[0].name if visible else None
        result.add(
            Finding("RNR-001", "error", "B0", "没有读到任何数值", "no value was read", result.form, None, first, "A1")
        )
    check_duplicates(result)
    result.sort_findings()
    return result
