"""Downloads that are made when somebody asks for them: rows behind a block, too many to keep with its page.

Exact decimals, units in the heading or a column of their own, samples marked in every row and in the file's name, and nothing
in them that a spreadsheet would run (ingestion.outputs). Not here: the numbers of a chart (downloads.py).
"""

from __future__ import annotations

from collections.abc import Callable

import filings.effects as effects
import filings.ledger as ledger
from dashboards.theme import SAMPLE_ZH
from dashboards.view import View
from filings.reader import Reader
from ingestion.errors import UsageError

MOST_ROWS = 200_000  # of one download from a page; the command writes more


def asked_ledger(view: View) -> ledger.Asked:
    return ledger.Asked(view.area, view.period, programme=view.programme, sample=view.sample)


def _ledger(reader: Reader, view: View, suffix: str) -> bytes:
    asked = asked_ledger(view)
    if (rows := ledger.count(reader, asked)) > MOST_ROWS:
        raise UsageError(
            f"{view.area} {view.period} 的台账有 {rows} 行，页面只给到 {MOST_ROWS} 行；请缩小地区，或用 jiugai ledger --out "
            "(too many rows for a page: choose a smaller area, or use jiugai ledger --out)"
        )
    return ledger.file_of(ledger.ledger(reader, asked), suffix, asked)


def _effects(reader: Reader, view: View, suffix: str) -> bytes:
    return effects.file_of(effects.effects(reader, view.area, programme=view.programme, sample=view.sample), suffix)


FILES: dict[str, Callable[[Reader, View, str], bytes]] = {"ledger": _ledger, "effects": _effects}


def file_bytes(reader: Reader, view: View, name: str, suffix: str) -> bytes:
    """One of FILES for a view, as csv or xlsx. Raises UsageError for what cannot be asked, and for too many rows."""
    return FILES[name](reader, view, suffix)


def file_name(view: View, name: str, suffix: str) -> str:
    """With 模拟数据 in front for sample data, then what, where and when."""
    parts = [SAMPLE_ZH if view.sample else "", name, view.area, view.period.replace("/", "-")]
    return f"{'_'.join(p for p in parts if p)}.{suffix}"
