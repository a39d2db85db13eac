"""The tree of a page as Dash components, for the app. React escapes every text.

Not here: which elements a page has (markup.py), routes and filters (app.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from dashboards.markup import CONFIG, Chart, Child, Download, Link, Looks, Node, Original, one, plain_figure
from dashboards.view import View

PROPERTIES = {"class": "className", "colspan": "colSpan", "rowspan": "rowSpan", "tabindex": "tabIndex"}


def _properties(attributes: dict[str, str]) -> dict[str, Any]:
    return {PROPERTIES.get(k, k): v for k, v in attributes.items() if v != ""}


def download_address(view: View, block: str, suffix: str) -> str:
    """Where the app answers with the numbers of a block."""
    return f"/download/{view.page}/{quote(block, safe='')}.{suffix}{view.search}"


def _chart(chart: Chart) -> Any:
    config: Any = CONFIG | {"toImageButtonOptions": {"filename": chart.name, "scale": 2}}
    graph = dcc.Graph(
        id=f"chart-{chart.name}",
        figure=plain_figure(chart.figure),
        config=config,
        responsive=True,
        style={"height": "100%"},
    )
    about: dict[str, Any] = {"aria-label": chart.label, "role": "img"}
    return html.Div(graph, className="chart", style={"height": chart.height}, **about)


def _looks(looks: Looks) -> Any:
    """The chosen look, and links to the others: the choice is kept in the address."""
    tabs = [
        dcc.Link(one(choice.words, looks.lang), href=choice.to.address, className="chosen" if choice.chosen else "")
        for choice, _ in looks.choices
    ]
    chosen = next((chart for choice, chart in looks.choices if choice.chosen), looks.choices[0][1])
    return html.Div([html.P(tabs, className="tabs"), _chart(chosen)], className="looks")


def component(child: Child) -> Any:
    """One node of the tree and all below it."""
    if isinstance(child, str):
        return child
    if isinstance(child, Node):
        made = getattr(html, child.tag.capitalize())
        inner = components(child.children)
        return made(inner, **_properties(child.attributes)) if inner else made(**_properties(child.attributes))
    if isinstance(child, Link):
        return _link(child)
    if isinstance(child, Download):
        address = download_address(child.view, child.block, child.suffix)
        return html.A(components(child.children), href=address, className="download", download=child.file)
    if isinstance(child, Original):
        return html.A(components(child.children), href=f"/original/{child.sha256}", className="original")
    return _chart(child) if isinstance(child, Chart) else _looks(child)


def _link(link: Link) -> Any:
    """dcc.Link takes no aria attribute: the current page is said by its class and by its element."""
    inner = components(link.children)
    if link.attributes:
        return html.Span(dcc.Link(inner, href=link.to.address, className="current"), **_properties(link.attributes))
    return dcc.Link(inner, href=link.to.address)


def components(children: Iterable[Child]) -> list[Any]:
    return [component(c) for c in children]
