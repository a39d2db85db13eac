"""Communities started in each year beside the plan, with rounding and every other printed figure."""

from __future__ import annotations

from decimal import Decimal

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import (
    HOVER,
    gap_bands,
    gap_notes,
    hollow,
    hover,
    joined,
    labels,
    place,
    rounding_bars,
    scale_of,
    values,
    year_axis,
)
from dashboards.frames import Frame, Point

SERIES = (
    ("started_communities", theme.Words("新开工", "started"), theme.BLUE, -0.2),
    ("plan_communities", theme.Words("计划", "plan"), theme.PALE, 0.2),
)
MARKS = {
    "other": (theme.Words("其他公布数", "other printed figures"), "circle-open"),
    "partial": (theme.Words("部分合计", "partial sum"), "diamond-open"),
    "doubtful": (theme.Words("存疑数", "doubtful"), "x-thin-open"),
}


def _kind(points: list[Point]) -> str:
    if points[0].is_partial:
        return "partial"
    return "doubtful" if all(p.is_doubtful for p in points) else "other"


def _alternatives(frame: Frame, indicator: str, period: str) -> list[list[Point]]:
    """Other printed figures of a year, those of one value together."""
    found: dict[tuple[Decimal | None, bool], list[Point]] = {}
    for point in frame.alternatives(indicator, period):
        found.setdefault((point.value, point.is_partial), []).append(point)
    return list(found.values())


def yearly_starts(frame: Frame, lang: str = "zh") -> go.Figure:
    """Bars a year for started and plan. A year without a figure is a gap. Error bars are the printed half units.

    Hollow circles are other printed figures of the same year, hollow diamonds partial sums, crosses doubtful ones.
    """
    years = [int(p) for p in frame.ordered("period")]
    divisor, unit = scale_of([p for p in frame.points if p.unit == "个"])
    where = place(frame.points)
    bars: list[object] = []
    marks: list[object] = []
    in_legend: set[str] = set()
    for indicator, words, colour, shift in SERIES:
        points = [frame.point(indicator, period=str(year)) for year in years]
        bars.append(
            go.Bar(
                name=words.text(lang),
                x=years,
                y=values(points, divisor),
                width=0.4,
                offset=shift - 0.2,
                marker={"color": colour},
                error_y=rounding_bars(points, divisor),
                hovertext=[hover(p, str(y), lang) for y, p in zip(years, points, strict=True)],
                hovertemplate=HOVER,
            )
        )
        for year in years:
            for group in _alternatives(frame, indicator, str(year)):
                kind = _kind(group)
                said, symbol = MARKS[kind]
                marks.append(
                    go.Scatter(
                        name=said.text(lang),
                        x=[year + shift],
                        y=values(group[:1], divisor),
                        mode="markers",
                        legendgroup=kind,
                        showlegend=kind not in in_legend,
                        cliponaxis=False,
                        marker=hollow(symbol),
                        hovertext=[joined(group, f"{year} {words.text(lang)}", lang)],
                        hovertemplate=HOVER,
                    )
                )
                in_legend.add(kind)
    gaps = [y for y in years if (p := frame.point("started_communities", period=str(y))) is None or p.is_gap]
    return theme.figure(
        [*bars, *marks, _numbers(frame, [y for y in years if y not in gaps], divisor)],
        theme.Words(f"{where.zh}新开工小区数与年度计划", f"{where.en}: communities started each year, and the plan"),
        unit,
        sample=frame.is_sample,
        lang=lang,
        height=470,
        annotations=gap_notes(gaps, theme.NO_DATA, lang),
        shapes=gap_bands(gaps),
        xaxis=year_axis(years),
        yaxis={"rangemode": "tozero", "tickformat": "~g"},
    )


def _numbers(frame: Frame, years: list[int], divisor: Decimal) -> go.Scatter:
    """The started figure of each year, written above its bar and above every mark on it."""
    points = [frame.point("started_communities", period=str(y)) for y in years]
    tops = []
    for year, point in zip(years, points, strict=True):
        marked = [point, *frame.alternatives("started_communities", str(year))]
        arm = theme.traced(point.half_unit, divisor) if point else None
        tops.append(max((v for v in values(marked, divisor) if v is not None), default=0.0) + (arm or 0.0))
    lift = max(tops, default=1.0) * 0.045
    return go.Scatter(
        x=[y - 0.2 for y in years],
        y=[top + lift for top in tops],
        mode="text",
        text=labels(points, divisor),
        textfont={"size": 11, "color": theme.BLUE},
        showlegend=False,
        hoverinfo="skip",
        cliponaxis=False,
    )
