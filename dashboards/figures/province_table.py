"""Communities started and printed start rate of the 32 province-level units, in the customary order."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.data import Frame
from dashboards.figures._hover import hover

UNIT = theme.Words("个；%", "communities; %")


def _period(period: str) -> theme.Words:
    if len(period) == 7:
        return theme.Words(f"{period[:4]}年1—{int(period[5:])}月", period)
    return theme.Words(f"{period}年", period)


def province_table(frame: Frame) -> go.Figure:
    """Left bars: communities started. Right points: the start rate as printed (全部开工 stands at 100)."""
    areas = frame.ordered("area")
    names, started, rates = [], [], []
    for area in areas:
        count = frame.point("started_communities", area=area)
        names.append(count.area_zh if count else area)
        started.append(count)
        rates.append(frame.point("start_rate_communities_printed", area=area))
    words = _period(frame.ordered("period")[0])
    values = [theme.traced(p.value) if p else None for p in started]
    shares = [theme.traced(p.value) if p else None for p in rates]
    full = [p is not None and p.printed is not None and "%" not in p.printed for p in rates]
    top = max([v for v in values if v is not None], default=1.0)
    low = min([s for s in shares if s is not None], default=0.0)
    floor = int(low // 10) * 10 if low >= 10 else 0
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if top / s <= 3), 10_000)
    ticks = [step * i for i in range(int(top // step) + 1)]
    traces = [
        go.Bar(name="新开工小区数 communities started", y=names, x=values, orientation="h", marker={"color": theme.BLUE},
               text=[theme.trimmed(p.value, 0) if p and p.value is not None else theme.NO_DATA.zh for p in started],
               textposition="outside", textfont={"size": 11}, cliponaxis=False, xaxis="x", yaxis="y",
               hovertext=[hover(p, f"{n} {p.area_en}") if p else n for n, p in zip(names, started, strict=True)],
               hovertemplate="%{hovertext}<extra></extra>"),
        go.Scatter(name="开工率（原表所印） start rate as printed", y=names, x=shares, mode="markers", xaxis="x2", yaxis="y",
                   marker={"size": 9, "color": theme.ORANGE, "symbol": ["circle" if f else "circle-open" for f in full],
                           "line": {"width": 2, "color": theme.ORANGE}}, cliponaxis=False,
                   hovertext=[hover(p, f"{n} {p.area_en}") if p else n for n, p in zip(names, rates, strict=True)],
                   hovertemplate="%{hovertext}<extra></extra>")]
    return theme.figure(
        traces, theme.Words(f"各省新开工与开工率，{words.zh}", f"Starts and start rate by province, {words.en}"), UNIT,
        sample=frame.is_sample, height=240 + 22 * len(areas),
        yaxis={"autorange": "reversed", "type": "category", "tickfont": {"size": 12}, "showgrid": False, "domain": [0, 1]},
        xaxis={"domain": [0, 0.58], "range": [0, top * 1.3], "tickmode": "array", "tickvals": ticks, "tickformat": ",d"},
        xaxis2={"domain": [0.71, 1], "anchor": "y", "range": [floor, max([104.0, *(s + 4 for s in shares if s is not None)])],
                "ticksuffix": "%", "nticks": 3}, bargap=0.22)
