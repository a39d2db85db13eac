"""Communities started in each month alone."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import HOVER, gap_bands, gap_notes, hover, labels, place, values
from dashboards.frames import Frame

TITLE = theme.Words("当月新开工小区数", "Communities started in the month")
UNIT = theme.Words("个", "communities")
PARTS = (
    (False, theme.Words("各单位均报", "all units filed"), ""),
    (True, theme.Words("部分单位", "some units missing"), "/"),
)


def monthly_flow(frame: Frame, lang: str = "zh") -> go.Figure:
    """A bar a month; a month that some units did not file is hatched.

    A month without the month before it has no flow and is a gap.
    """
    months = frame.ordered("period")
    places = list(range(len(months)))
    points = [frame.point("started_communities", period=m) for m in months]
    traces: list[object] = []
    for partial, words, hatch in PARTS:
        mine = [p if p and not p.is_gap and p.is_partial == partial else None for p in points]
        if not any(mine):
            continue
        traces.append(
            go.Bar(
                name=words.text(lang),
                x=places,
                y=values(mine),
                marker={
                    "color": theme.BLUE,
                    "pattern": {
                        "shape": hatch,
                        "fillmode": "overlay",
                        "fgcolor": theme.PAPER,
                        "size": 7,
                        "solidity": 0.3,
                    },
                },
                text=labels(mine, decimals=0),
                textposition="outside",
                textangle=0,
                textfont={"size": 11},
                constraintext="none",
                cliponaxis=False,
                hovertext=[hover(p, m, lang) for m, p in zip(months, mine, strict=True)],
                hovertemplate=HOVER,
            )
        )
    where = place(frame.points)
    gaps = [i for i, p in zip(places, points, strict=True) if p is None or p.is_gap]
    ticks = [
        f"{int(m[5:])}<br>{m[:4]}" if i == 0 or m.endswith("-01") else str(int(m[5:])) for i, m in enumerate(months)
    ]
    return theme.figure(
        traces,
        theme.Words(f"{where.zh}{TITLE.zh}", f"{where.en}: {TITLE.en.lower()}"),
        UNIT,
        sample=frame.is_sample,
        lang=lang,
        height=420,
        barmode="overlay",
        annotations=gap_notes(gaps, theme.Words("无", "none"), lang),
        shapes=gap_bands(gaps),
        xaxis={
            "tickmode": "array",
            "tickvals": places,
            "ticktext": ticks,
            "tickangle": 0,
            "showgrid": False,
            "range": [-0.6, len(months) - 0.4],
        },
        yaxis={"rangemode": "tozero", "nticks": 6},
    )
