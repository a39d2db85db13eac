"""The lines that stand under every chart: as-of, release, period, coverage, programme, source. And what stands for nothing."""

from __future__ import annotations

import datetime as dt

from dashboards import theme
from dashboards.frames import FilingFrame, Frame
from dashboards.theme import Words
from ingestion.moments import CHINA


def moment(text: str) -> Words:
    """An as-of moment in Beijing time; text that is no moment is given as it stands."""
    try:
        when = dt.datetime.fromisoformat(text)
    except ValueError:
        return Words(text, text)
    if when.tzinfo is None:
        return Words(text, text)
    local = when.astimezone(CHINA)
    return Words(f"{local:%Y-%m-%d %H:%M}（北京时间）", f"{local:%Y-%m-%d %H:%M} UTC+8")


def minute(text: str) -> str:
    """A moment in Beijing time to the minute, for tables."""
    return moment(text).zh.removesuffix("（北京时间）")


def release_words(release: str | None) -> Words:
    return Words(release, release) if release else Words("未发布的构建", "unreleased build")


def _coverage(frame: Frame | FilingFrame) -> Words:
    held = frame.coverage
    if isinstance(frame, FilingFrame):
        return Words(f"已接收 {held.given}/{held.asked} 份报表", f"{held.given} of {held.asked} returns accepted")
    zh, en = f"{held.given}/{held.asked} 个数", f"{held.given} of {held.asked} figures"
    if held.areas:
        zh = f"{held.areas[0]}/{held.areas[1]} 个地区，{zh}"
        en = f"{held.areas[0]} of {held.areas[1]} areas, {en}"
    if held.units:
        least = "最少 " if any(p.is_partial for p in frame.points) else " "
        zh += f"，填报单位{least}{held.units[0]}/{held.units[1]}"
        en += f", {'at least ' if least.strip() else ''}{held.units[0]} of {held.units[1]} units"
    return Words(zh, en)


def facts(frame: Frame | FilingFrame) -> list[Words]:
    """The line under a chart, one entry a fact, each in both languages."""
    as_of, release, coverage = moment(frame.as_of), release_words(frame.release), _coverage(frame)
    found = [Words(f"截至 {as_of.zh}", f"as of {as_of.en}"), Words(f"发布 {release.zh}", f"release {release.en}")]
    if isinstance(frame, Frame):
        first, last = frame.span
        span = first if first == last else f"{first} — {last}"
        found.append(Words(f"数据期 {span}", f"period {span}"))
    elif frame.cells:
        periods = sorted({c.period for c in frame.cells})
        found.append(Words(f"数据期 {periods[0]} — {periods[-1]}", f"period {periods[0]} — {periods[-1]}"))
    found.append(Words(f"覆盖 {coverage.zh}", f"coverage {coverage.en}"))
    if isinstance(frame, Frame):
        found.append(Words(f"范围 {frame.programme_zh}", f"programme {frame.programme_en}"))
        kinds = [theme.SOURCE_KIND.get(k, Words(k, k)) for k in frame.source_kinds] or [theme.NO_DATA]
    else:
        kinds = [theme.SOURCE_KIND["sample"]] if frame.is_sample else [theme.SOURCE_KIND["return"]]
    count = len(frame.publications) if isinstance(frame, Frame) else 0
    found.append(
        Words(
            "来源 " + "、".join(k.zh for k in kinds) + (f" {count} 件" if count else ""),
            "source " + ", ".join(k.en for k in kinds) + (f" ({count})" if count else ""),
        )
    )
    return found


def absent_words(frame: Frame | FilingFrame) -> Words:
    """What stands in place of a chart that has nothing to show."""
    return Words("本次发布不含", "not in this release") if frame.release else Words("没有数据", "no data")
