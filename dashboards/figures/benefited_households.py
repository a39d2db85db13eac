"""Households benefited in each year, and added up since 2019 as far as every year is known."""

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
from dashboards.frames import FIRST_YEAR, Frame, Point

YEARLY, SINCE = theme.Words("当年", "in the year"), theme.Words(f"{FIRST_YEAR}年以来累计", f"since {FIRST_YEAR}")
INDICATOR = "benefited_households"
UPPER, LOWER = [0.57, 1.0], [0.0, 0.44]


def _span(point: Point | None) -> str:
    return point.key.period.replace("/", "—") if point else ""


def _cumulative(frame: Frame, years: list[int]) -> list[Point | None]:
    """The sum of the years up to each year: only where every year is there. The first year is its own sum."""
    found: list[Point | None] = []
    for year in years:
        held = frame.point(INDICATOR, period=str(year) if year == FIRST_YEAR else f"{FIRST_YEAR}/{year}")
        summed = held is not None and (year == FIRST_YEAR or held.basis == "summed")
        found.append(held if summed else None)
    return found


def _printed(frame: Frame) -> list[list[Point]]:
    """Cumulative figures that were printed as such, those of one year and value together."""
    marks: dict[tuple[str, Decimal | None], list[Point]] = {}
    for point in frame.points + frame.others:
        if "/" in point.key.period and point.basis == "filed" and not point.is_gap:
            marks.setdefault((point.key.period, point.value), []).append(point)
    return list(marks.values())


def benefited_households(frame: Frame, lang: str = "zh") -> go.Figure:
    """Upper panel: bars a year, a year never printed is a gap. Lower panel: the sum since the first year.

    The sum stops at the first gap; cumulative figures that were printed as such stand beside it as hollow diamonds.
    """
    years = sorted({int(p[-4:]) for p in frame.ordered("period")})
    single = [frame.point(INDICATOR, period=str(y)) for y in years]
    sums, printed = _cumulative(frame, years), _printed(frame)
    gaps = [y for y, p in zip(years, single, strict=True) if p is None or p.is_gap]
    divisor, unit = scale_of([*single, *sums])
    where = place(frame.points)
    drawn = values(single, divisor)
    lift = max((v for v in drawn if v is not None), default=1.0) * 0.08
    traces: list[object] = [
        go.Bar(
            name=YEARLY.text(lang),
            x=years,
            y=drawn,
            width=0.56,
            marker={"color": theme.BLUE},
            error_y=rounding_bars(single, divisor),
            hovertext=[hover(p, str(y), lang) for y, p in zip(years, single, strict=True)],
            hovertemplate=HOVER,
        ),
        go.Scatter(
            x=years,
            y=[v + lift if v is not None else None for v in drawn],
            mode="text",
            text=labels(single, divisor),
            textfont={"size": 11, "color": theme.BLUE},
            showlegend=False,
            hoverinfo="skip",
            cliponaxis=False,
        ),
        go.Scatter(
            name=theme.Words("逐年相加", "sum of the years").text(lang),
            x=years,
            y=values(sums, divisor),
            mode="lines+markers",
            connectgaps=False,
            line={"color": theme.BLUE, "width": 2},
            marker={"size": 7},
            error_y=rounding_bars(sums, divisor),
            hovertext=[hover(p, _span(p), lang) for p in sums],
            hovertemplate=HOVER,
            xaxis="x2",
            yaxis="y2",
        ),
    ]
    if printed:
        traces.append(
            go.Scatter(
                name=theme.Words("公布的累计数", "printed cumulative figure").text(lang),
                x=[int(group[0].key.period[-4:]) for group in printed],
                y=values([group[0] for group in printed], divisor),
                mode="markers",
                cliponaxis=False,
                marker=hollow("diamond-open", 9),
                error_y=rounding_bars([group[0] for group in printed], divisor),
                hovertext=[joined(group, _span(group[0]), lang) for group in printed],
                hovertemplate=HOVER,
                xaxis="x2",
                yaxis="y2",
            )
        )
    panel = {"x": 0, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "showarrow": False}
    panel["font"] = {"size": 12, "color": theme.MUTED}
    missing = theme.NO_DATA if frame.release else theme.NOT_PRINTED
    return theme.figure(
        traces,
        theme.Words(
            f"{where.zh}惠及居民户数：当年与累计", f"{where.en}: households benefited, yearly and since {FIRST_YEAR}"
        ),
        unit,
        sample=frame.is_sample,
        lang=lang,
        height=600,
        more=1,
        annotations=[
            *gap_notes(gaps, missing, lang),
            panel | {"text": f"<b>{YEARLY.text(lang)}</b>", "y": UPPER[1]},
            panel | {"text": f"<b>{SINCE.text(lang)}</b>", "y": LOWER[1] + 0.02},
        ],
        shapes=gap_bands(gaps) + gap_bands(gaps, "x2"),
        xaxis=year_axis(years) | {"anchor": "y"},
        xaxis2=year_axis(years) | {"anchor": "y2"},
        yaxis={"domain": UPPER, "rangemode": "tozero", "tickformat": ",~g"},
        yaxis2={"domain": LOWER, "rangemode": "tozero", "tickformat": ",~g", "anchor": "x2"},
    )
