"""Writing the static site (figures asked, charts, tables, downloads) beside Plotly writing an empty chart a page."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from orchestration.bench import Case


def cases(home: Path, out: Path) -> Iterator[Case]:
    import plotly.graph_objects as go

    from dashboards.site import write_site

    pages = [p for p in write_site(home, out) if p.suffix == ".html"]
    charts = sum(p.read_text(encoding="utf-8").count('class="chart') for p in pages)

    def theirs() -> None:
        figure = go.Figure(go.Scatter(x=list(range(60)), y=list(range(60))))
        out.mkdir(parents=True, exist_ok=True)
        for n in range(max(charts, len(pages))):
            figure.write_html(out.with_name(f"plain{n}.html"), include_plotlyjs="directory")

    yield Case(
        f"write the site: {len(pages)} pages, {charts} charts",
        "Plotly: as many charts of 60 points, each a page of its own",
        lambda: write_site(home, out),
        theirs,
        Decimal(6),
    )
