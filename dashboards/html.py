"""The tree of a page written out as HTML, for the static site. Every text and attribute is escaped here.

Not here: which elements a page has (markup.py), which files there are (site.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from dashboards.markup import Chart, Child, Download, Link, Looks, Node, one, plain_figure
from dashboards.view import View

VOID = ("img", "br")


@dataclass(frozen=True)
class Places:
    """Where things of a page are: href of a view (None: no such page), and of a download (None: it is not given out)."""

    href: Callable[[View], str | None]
    download: Callable[[Download], str | None]


def _attributes(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items() if value != "")


def _plain(value: Any) -> Any:
    if hasattr(value, "to_plotly_json"):
        return value.to_plotly_json()
    raise TypeError(f"not plain data in a chart: {type(value).__name__}")


def spec(chart: Chart) -> str:
    """A chart as JSON for a script element; characters that could end the element are escaped."""
    text = json.dumps(
        plain_figure(chart.figure), ensure_ascii=False, sort_keys=True, allow_nan=False, default=_plain,
        separators=(",", ":"),
    )  # fmt: skip
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _chart(chart: Chart) -> str:
    name = escape(f"chart-{chart.name}")
    return (
        f'<div class="chart plotly-graph-div" id="{name}" role="img" aria-label="{escape(chart.label)}" '
        f'style="height:{chart.height}"></div><script type="application/json" id="{name}-spec">{spec(chart)}</script>'
    )


def _looks(looks: Looks) -> str:
    """Every look, with a button each; the script shows one of them."""
    buttons, panels = [], []
    for choice, chart in looks.choices:
        pressed, name = str(choice.chosen).lower(), escape(f"chart-{chart.name}")
        words = escape(one(choice.words, looks.lang))
        buttons.append(f'<button type="button" data-look="{name}" aria-pressed="{pressed}">{words}</button>')
        panels.append(f'<div class="look{"" if choice.chosen else " later"}">{_chart(chart)}</div>')
    return f'<div class="looks"><p class="tabs">{"".join(buttons)}</p>{"".join(panels)}</div>'


def _anchor(href: str | None, inner: str, attributes: dict[str, str]) -> str:
    return inner if href is None else f"<a{_attributes({'href': href} | attributes)}>{inner}</a>"


def written(child: Child, places: Places) -> str:
    """One node of the tree and all below it."""
    if isinstance(child, str):
        return escape(child)
    if isinstance(child, Node):
        opened = f"<{child.tag}{_attributes(child.attributes)}>"
        return opened if child.tag in VOID else f"{opened}{all_written(child.children, places)}</{child.tag}>"
    if isinstance(child, Chart):
        return _chart(child)
    if isinstance(child, Looks):
        return _looks(child)
    inner = all_written(child.children, places)
    if isinstance(child, Link):
        href = places.href(child.to)
        if href is None and child.otherwise is not None:
            href = places.href(child.otherwise)
        return _anchor(href, inner, child.attributes)
    if isinstance(child, Download):
        place = places.download(child)
        return "" if place is None else f'<a class="download" href="{quote(place)}" download>{inner}</a>'
    return inner  # an original: workbooks are not given out here


def all_written(children: Iterable[Child], places: Places) -> str:
    return "".join(written(c, places) for c in children)
