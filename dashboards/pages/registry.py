"""Which pages there are, in the order of the navigation, and the one way from a view to its page."""

from __future__ import annotations

from collections.abc import Callable

from dashboards.data import choices
from dashboards.pages import benefit, effects, funds, overview, progress, quality, reconciliation, trace
from dashboards.pages._page import Page
from dashboards.theme import Words
from dashboards.view import View
from filings.reader import Reader

MAKERS: dict[str, Callable[[Reader, View], Page]] = {
    "overview": overview.page,
    "progress": progress.page,
    "benefit": benefit.page,
    "funds": funds.page,
    "effects": effects.page,
    "reconciliation": reconciliation.page,
    "quality": quality.page,
    "trace": trace.page,
}
NAV: tuple[tuple[str, Words], ...] = (
    ("overview", overview.TITLE),
    ("progress", progress.TITLE),
    ("benefit", benefit.TITLE),
    ("funds", funds.TITLE),
    ("effects", effects.TITLE),
    ("reconciliation", reconciliation.TITLE),
    ("quality", quality.TITLE),
)


def make(reader: Reader, view: View) -> Page:
    """The page of a view. Raises BadView for what only the data can refuse."""
    return MAKERS[view.page](reader, choices.resolved(reader, view))
