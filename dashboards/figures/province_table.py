"""Communities started and printed start rate of the 32 province-level units, in the customary order."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import HOVER, hover, values
from dashboards.frames import Frame, Point

UNIT, COUNT_UNIT = theme.Words("个；%", "communities; %"), theme.Words("个", "communities")
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


def period_words(period: str) -> str:
    """2023-09 → 2023年1—9月, for figures that count from January."""
    return f"{period[:4]}年1—{int(period[5:])}月" if len(period) == 7 else f"{period}年"


def _ticks(top: float) -> list[int]:
    """At most four round ticks that stay left of the next panel."""
    step = next((s for s in STEPS if top / s <= 3), STEPS[-1])
    return [step * i for i in range(int(top // step) + 1)]


def _is_words(point: Point | None) -> bool:
    """Whether the rate was printed as words (全部开工), not as a number."""
    return point is not None and point.printed is not None and "%" not in point.printed


def province_table(frame: Frame) -> go.Figure:
    """Left bars: communities started. Right points: the start rate as printed (全部开工 stands at 100, filled)."""
    areas = frame.ordered("area")
    period = frame.ordered("period")[0]
    started = [frame.point("started_communities", area=area) for area in areas]
    rates = [frame.point("start_rate_communities_printed", area=area) for area in areas]
    names = [p.area_zh if p else area for area, p in zip(areas, started, strict=True)]
    both = [f"{n} {p.area_en if p else ''}".strip() for n, p in zip(names, started, strict=True)]
    counts, shares = values(started), values(rates)
    top = max((v for v in counts if v is not None), default=1.0) or 1.0
    low = min((s for s in shares if s is not None), default=0.0)
    high = max((s for s in shares if s is not None), default=100.0)
    has_rates = any(s is not None for s in shares)
    traces: list[object] = [
        go.Bar(
            name="新开工小区数 communities started",
            y=names,
            x=counts,
            orientation="h",
            marker={"color": theme.BLUE},
            text=[theme.display(p.value, "") if p else theme.NO_DATA.zh for p in started],
            textposition="outside",
            textfont={"size": 11},
            cliponaxis=False,
            hovertext=[hover(p, n) for n, p in zip(both, started, strict=True)],
            hovertemplate=HOVER,
        ),
    ]
    if has_rates:
        traces.append(
            go.Scatter(
                name="开工率（原表所印） start rate as printed",
                y=names,
                x=shares,
                mode="markers",
                marker={
                    "size": 9,
                    "color": theme.ORANGE,
                    "symbol": ["circle" if _is_words(p) else "circle-open" for p in rates],
                    "line": {"width": 2, "color": theme.ORANGE},
                },
                cliponaxis=False,
                hovertext=[hover(p, n) for n, p in zip(both, rates, strict=True)],
                hovertemplate=HOVER,
                xaxis="x2",
            )
        )
    return theme.figure(
        traces,
        theme.Words(
            f"各省新开工{'与开工率' if has_rates else ''}，{period_words(period)}",
            f"Starts {'and start rate ' if has_rates else ''}by province, {period}",
        ),
        UNIT if has_rates else COUNT_UNIT,
        sample=frame.is_sample,
        height=240 + 22 * len(areas),
        bargap=0.22,
        yaxis={"autorange": "reversed", "type": "category", "showgrid": False},
        xaxis={
            "domain": [0, 0.58] if has_rates else [0, 1],
            "range": [0, top * 1.3],
            "tickmode": "array",
            "tickvals": _ticks(top),
            "tickformat": ",d",
        },
        xaxis2=_rate_axis(low, high),
    )


def _rate_axis(low: float, high: float) -> dict[str, object]:
    """From the ten below the lowest rate to a little over 100; not drawn when no rate is."""
    return {
        "domain": [0.71, 1],
        "anchor": "y",
        "range": [int(low // 10) * 10, max(104.0, high + 4)],
        "ticksuffix": "%",
        "nticks": 3,
    }
