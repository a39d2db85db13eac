"""Who filed which period: a cell a unit and period."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import theme
from dashboards.figures._parts import HOVER
from dashboards.frames import FilingCell, FilingFrame

TITLE = theme.Words("报送情况：谁报了哪一期", "Who filed which period")
ORDER = ("missing", "unreadable", "returned", "needs_explanation", "accepted")  # worst first
LETTERS = {"missing": "缺", "unreadable": "坏", "returned": "退", "needs_explanation": "待", "accepted": ""}
MOST_UNITS = 60  # more rows than this are drawn a province a row


def _mark(cells: list[FilingCell], each: bool) -> tuple[int, str]:
    """Code of the worst status of the cells, and what is written on it."""
    worst = min(ORDER.index(c.status) for c in cells)
    if each:
        return worst, LETTERS[ORDER[worst]]
    accepted = sum(c.status == "accepted" for c in cells)
    return worst, "" if accepted == len(cells) else f"{accepted}/{len(cells)}"


def _hover(name: str, column: tuple[str, str], cells: list[FilingCell], lang: str) -> str:
    lines = [f"<b>{name}</b> {column[0]} {column[1]}"]
    for status, words in theme.RETURN_STATUS.items():
        count = sum(c.status == status for c in cells)
        if count:
            lines.append(f"{words.text(lang)}: {count}")
    return "<br>".join(lines)


def _legend(frame: FilingFrame, lang: str) -> list[object]:
    """One square a status that occurs; a heat map has no legend of its own."""
    found: list[object] = []
    for status in reversed(ORDER):
        if any(c.status == status for c in frame.cells):
            words = theme.RETURN_STATUS[status]
            letter = f"（{LETTERS[status]}）" if LETTERS[status] else " "
            line = {"width": 1, "color": theme.MUTED}
            marker = {"symbol": "square", "size": 12, "color": theme.STATUS_COLOURS[status], "line": line}
            name = f"{words.zh}{letter}{words.en}" if lang == "zh" else words.en
            found.append(go.Scatter(x=[None], y=[None], mode="markers", name=name, hoverinfo="skip", marker=marker))
    return found


def filing_status(frame: FilingFrame, lang: str = "zh") -> go.Figure:
    """Colours and a letter for each status. Above MOST_UNITS units a row is a province.

    A province's colour is the worst status in it, its text accepted/expected.
    """
    each = len({c.unit_code for c in frame.cells}) <= MOST_UNITS
    rows = dict.fromkeys((c.unit_code, c.unit_zh) if each else (c.province_code, c.province_zh) for c in frame.cells)
    columns = sorted({(c.form, c.period) for c in frame.cells}, key=lambda k: (k[0] != "J2", k))
    grouped: dict[tuple[str, tuple[str, str]], list[FilingCell]] = {}
    for cell in frame.cells:
        code = cell.unit_code if each else cell.province_code
        grouped.setdefault((code, (cell.form, cell.period)), []).append(cell)
    codes: list[list[int | None]] = []
    texts: list[list[str]] = []
    hovers: list[list[str]] = []
    for code, name in rows:
        line = [grouped.get((code, column), []) for column in columns]
        marks = [_mark(cells, each) if cells else (None, "") for cells in line]
        codes.append([m[0] for m in marks])
        texts.append([m[1] for m in marks])
        hovers.append([_hover(name, column, cells, lang) for column, cells in zip(columns, line, strict=True)])
    scale = []
    for i, status in enumerate(ORDER):
        colour = theme.STATUS_COLOURS[status]
        scale += [[i / len(ORDER), colour], [(i + 1) / len(ORDER), colour]]
    cells_trace = go.Heatmap(
        x=[f"{form} {period}" for form, period in columns],
        y=[name for _, name in rows],
        z=codes,
        zmin=-0.5,
        zmax=len(ORDER) - 0.5,
        colorscale=scale,
        showscale=False,
        xgap=2,
        ygap=2,
        text=texts,
        texttemplate="%{text}",
        textfont={"size": 10},
        hovertext=hovers,
        hovertemplate=HOVER,
    )
    return theme.figure(
        [cells_trace, *_legend(frame, lang)],
        TITLE,
        None,
        sample=frame.is_sample,
        lang=lang,
        height=230 + 22 * len(rows),
        xaxis={"type": "category", "tickangle": -90, "showgrid": False, "tickfont": {"size": 10}},
        yaxis={"autorange": "reversed", "type": "category", "showgrid": False},
    )
