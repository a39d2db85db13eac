"""Communities started in each year beside the plan, with rounding and every other printed figure."""

from __future__ import annotations

from decimal import Decimal

import plotly.graph_objects as go

from dashboards import theme
from dashboards.data import Frame, Point
from dashboards.figures._hover import hover, joined

TITLE = theme.Words("新开工小区数与年度计划", "Communities started each year, and the plan")
UNIT = theme.Words("万个", "10,000 communities")
SERIES = (("started_communities", theme.Words("新开工", "started"), theme.BLUE, -0.2),
          ("plan_communities", theme.Words("计划", "plan"), theme.PALE, 0.2))


def _groups(frame: Frame, indicator: str) -> list[tuple[int, list[Point]]]:
    """Other printed figures, those of one year and value together."""
    found: dict[tuple[int, Decimal, bool], list[Point]] = {}
    for period in frame.ordered("period"):
        for point in frame.alternatives(indicator, period):
            assert point.value is not None
            found.setdefault((int(period), point.value, point.is_partial), []).append(point)
    return [(key[0], points) for key, points in found.items()]


def yearly_starts(frame: Frame) -> go.Figure:
    """Bars a year for started and plan. A year without a figure is a gap. Error bars are the printed half units.

    Hollow circles are other printed figures of the same year, hollow diamonds partial sums, crosses doubtful ones.
    """
    years = [int(p) for p in frame.ordered("period")]
    traces: list[object] = []
    heights: dict[int, float] = {}
    for indicator, words, colour, shift in SERIES:
        points = [frame.point(indicator, period=str(year)) for year in years]
        arms = [theme.rounding_arms(p.value, p.half_unit, p.qualifier, theme.WAN) if p else (None, None) for p in points]
        values = [theme.traced(p.value, theme.WAN) if p else None for p in points]
        traces.append(go.Bar(
            name=f"{words.zh} {words.en}", x=years, y=values, width=0.4, offset=shift - 0.2,
            marker={"color": colour}, hovertext=[hover(p, f"{y}") if p else "" for y, p in zip(years, points, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>",
            error_y={"type": "data", "symmetric": False, "array": [a[0] for a in arms], "arrayminus": [a[1] for a in arms],
                     "color": theme.INK, "thickness": 1.2, "width": 4}))
        if indicator == "started_communities":
            for year, value, arm in zip(years, values, arms, strict=True):
                others = [float(q.value / theme.WAN) for q in frame.alternatives(indicator, str(year)) if q.value is not None]
                heights[year] = max([(value or 0.0) + (arm[0] or 0.0), *others])
    legend_done = set()
    for indicator, words, _, shift in SERIES:
        for year, points_ in _groups(frame, indicator):
            kind = "partial" if points_[0].is_partial else "doubtful" if all(p.is_doubtful for p in points_) else "other"
            name, symbol = {"partial": ("部分省合计 sum of some provinces", "diamond-open"),
                            "doubtful": ("存疑数 doubtful", "x-thin-open"),
                            "other": ("其他公布数 other printed figures", "circle-open")}[kind]
            traces.append(go.Scatter(
                name=name, x=[year + shift], y=[theme.traced(points_[0].value, theme.WAN)], mode="markers", legendgroup=kind,
                showlegend=kind not in legend_done, hovertext=[joined(points_, f"{year} {words.zh} {words.en}")],
                hovertemplate="%{hovertext}<extra></extra>", cliponaxis=False,
                marker={"symbol": symbol, "size": 8, "color": theme.ORANGE, "line": {"width": 1.8, "color": theme.ORANGE}}))
            legend_done.add(kind)
    started = {y: frame.point("started_communities", period=str(y)) for y in years}
    top = max(heights.values(), default=0.0) or 1.0
    shown = [y for y in years if (p := started[y]) is not None and p.value is not None]
    traces.append(go.Scatter(
        x=[y - 0.2 for y in shown], y=[heights[y] + top * 0.045 for y in shown], mode="text", showlegend=False,
        hoverinfo="skip", cliponaxis=False, textfont={"size": 11, "color": theme.BLUE},
        text=[theme.trimmed((started[y].value or Decimal(0)) / theme.WAN, 2) for y in shown]))  # type: ignore[union-attr]
    annotations = [{"x": y, "y": 0, "text": theme.gap_mark(theme.NO_DATA), "showarrow": False, "yanchor": "bottom",
                    "font": {"size": 11, "color": theme.MUTED}} for y in years if y not in shown]
    shapes = [{"type": "rect", "x0": y - 0.46, "x1": y + 0.46, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
               "fillcolor": theme.GAP, "line": {"width": 0}} for y in years if y not in shown]
    return theme.figure(
        traces, TITLE, UNIT, sample=frame.is_sample, height=470, annotations=annotations, shapes=shapes,
        xaxis={"tickmode": "array", "tickvals": years, "ticktext": [str(y) for y in years], "showgrid": False,
               "range": [years[0] - 0.6, years[-1] + 0.6]},
        yaxis={"rangemode": "tozero", "tickformat": "~g"})
