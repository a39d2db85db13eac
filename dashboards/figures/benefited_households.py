"""Households benefited in each year, and added up since 2019 as far as every year is known."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.data import Frame, Point
from dashboards.figures._hover import hover, joined

TITLE = theme.Words("惠及居民户数：当年与累计", "Households benefited, yearly and since 2019")
UNIT = theme.Words("万户", "10,000 households")
INDICATOR = "benefited_households"


def _errors(points: list[Point | None]) -> dict[str, object]:
    arms = [theme.rounding_arms(p.value, p.half_unit, p.qualifier, theme.WAN) if p else (None, None) for p in points]
    return {"type": "data", "symmetric": False, "array": [a[0] for a in arms], "arrayminus": [a[1] for a in arms],
            "color": theme.INK, "thickness": 1.2, "width": 4}


def benefited_households(frame: Frame) -> go.Figure:
    """Upper panel: bars a year, a year never printed is a gap. Lower panel: the sum since the first year, which stops
    at the first gap; cumulative figures that were printed as such stand beside it as hollow diamonds."""
    years = sorted({int(p[-4:]) for p in frame.ordered("period")})
    single = [frame.point(INDICATOR, period=str(y)) for y in years]
    values = [theme.traced(p.value, theme.WAN) if p else None for p in single]
    first = years[0]
    sums: list[Point | None] = []
    for year, point in zip(years, single, strict=True):
        held = point if year == first else next((p for p in frame.points if p.key.period.endswith(f"/{year}")), None)
        sums.append(held if held is not None and (year == first or held.basis == "summed") else None)
    traces: list[object] = [
        go.Bar(name="当年 in the year", x=years, y=values, width=0.56, marker={"color": theme.BLUE}, error_y=_errors(single),
               hovertext=[hover(p, str(y)) if p else "" for y, p in zip(years, single, strict=True)],
               hovertemplate="%{hovertext}<extra></extra>", xaxis="x", yaxis="y"),
        go.Scatter(name="逐年相加 sum of the years", x=years, y=[theme.traced(p.value, theme.WAN) if p else None for p in sums],
                   mode="lines+markers", line={"color": theme.BLUE, "width": 2}, marker={"size": 7}, error_y=_errors(sums),
                   hovertext=[hover(p, p.key.period.replace("/", "—")) if p else "" for p in sums],
                   hovertemplate="%{hovertext}<extra></extra>", xaxis="x2", yaxis="y2", connectgaps=False)]
    printed = [p for p in frame.points + frame.others
               if "/" in p.key.period and p.basis == "filed" and not p.is_gap]
    marks: dict[tuple[int, object], list[Point]] = {}
    for point in printed:
        marks.setdefault((int(point.key.period[-4:]), point.value), []).append(point)
    if marks:
        traces.append(go.Scatter(
            name="公布的累计数 printed cumulative figure", x=[y for y, _ in marks], mode="markers",
            y=[theme.traced(group[0].value, theme.WAN) for group in marks.values()],
            error_y=_errors([group[0] for group in marks.values()]),
            hovertext=[joined(group, group[0].key.period.replace("/", "—")) for group in marks.values()],
            hovertemplate="%{hovertext}<extra></extra>", xaxis="x2", yaxis="y2", cliponaxis=False,
            marker={"symbol": "diamond-open", "size": 9, "color": theme.ORANGE, "line": {"width": 1.8, "color": theme.ORANGE}}))
    top = max([v for v in values if v is not None], default=1.0)
    shown = [(y, p, v) for y, p, v in zip(years, single, values, strict=True) if p is not None and v is not None]
    traces.append(go.Scatter(
        x=[y for y, _, _ in shown], y=[v + top * 0.08 for _, _, v in shown], mode="text", showlegend=False, hoverinfo="skip",
        text=[theme.trimmed(p.value / theme.WAN, 2) for _, p, _ in shown if p.value is not None],
        textfont={"size": 11, "color": theme.BLUE}, cliponaxis=False, xaxis="x", yaxis="y"))
    gaps = [y for y, v in zip(years, values, strict=True) if v is None]
    shapes = [{"type": "rect", "x0": y - 0.46, "x1": y + 0.46, "xref": ref, "y0": 0, "y1": 1, "yref": f"y{ref[1:]} domain",
               "layer": "below", "fillcolor": theme.GAP, "line": {"width": 0}} for y in gaps for ref in ("x", "x2")]
    annotations = [{"x": y, "xref": "x", "y": 0, "yref": "y", "text": theme.gap_mark(theme.NO_DATA if frame.release else theme.NOT_PRINTED), "showarrow": False,
                    "yanchor": "bottom", "font": {"size": 11, "color": theme.MUTED}} for y in gaps]
    annotations += [
        {"text": text, "x": 0, "xref": "paper", "y": y, "yref": "paper", "xanchor": "left", "yanchor": "bottom",
         "showarrow": False, "font": {"size": 12, "color": theme.MUTED}}
        for text, y in (("<b>当年</b> in the year", 1.0), ("<b>2019年以来累计</b> since 2019", 0.46))]
    ticks = {"tickmode": "array", "tickvals": years, "ticktext": [str(y) for y in years], "showgrid": False,
             "range": [years[0] - 0.6, years[-1] + 0.6]}
    return theme.figure(
        traces, TITLE, UNIT, sample=frame.is_sample, height=600, more=1, shapes=shapes, annotations=annotations,
        xaxis=ticks | {"anchor": "y"}, xaxis2=ticks | {"anchor": "y2"},
        yaxis={"domain": [0.57, 1], "rangemode": "tozero", "tickformat": ",~g"},
        yaxis2={"domain": [0, 0.44], "rangemode": "tozero", "tickformat": ",~g", "anchor": "x2"})
