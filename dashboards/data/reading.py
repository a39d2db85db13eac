"""Keys into frames: every key answered once, with its alternatives; and which periods and areas have figures at all.

A frame holds every figure a chart was asked for, chosen answer first, gaps as points without a value and with a reason,
other printed figures behind them. Values stay exact decimals in base units. Not here: which keys a chart asks for
(progress.py, money.py, effects.py), drawing, formats, pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from dashboards.frames import FIRST_YEAR, Frame, Key, Point, Publication
from filings.figures import absent, shown_value
from filings.question import Question
from filings.reader import Reader
from ingestion.catalogue import NATION

NOT_RELEASED_ZH, NOT_RELEASED_EN = "本次发布不含", "not in this release"
PERIODS = r"20[0-9][0-9](-[0-9][0-9])?"
STARTED, HOUSEHOLDS, PLAN = "started_communities", "benefited_households", "plan_communities"
HEADLINES = {STARTED, HOUSEHOLDS, PLAN}


def _publication(reader: Reader, source_id: str | None) -> Publication | None:
    if source_id is None:
        return None
    source = reader.catalogue.sources.get(source_id)
    if source is None:
        return Publication(source_id, source_id, "", "", None)
    address = source.address if re.match(r"https?://", source.address) else ""
    return Publication(
        source.id,
        source.title,
        address,
        source.publisher,
        source.published_on.isoformat() if source.published_on else None,
    )


def dim_words(reader: Reader, name: str, code: str, source_id: str | None = None) -> tuple[str, str]:
    """Names of a dimension code: from its code list, or purposes from the layout that read the table."""
    if not name:
        return "", ""
    if name in reader.catalogue.dimensions:
        row = reader.catalogue.dimensions[name].codes.get(code)
        return (row["name_zh"], row["name_en"]) if row else (code, "")
    source = reader.catalogue.sources.get(source_id or "")
    if source is not None:
        for sheet in reader.catalogue.layouts[source.layout].sheets:
            for item in sheet.items:
                if item.dim == {name: code}:
                    return item.label, f"purpose {code}"
    return f"用途 {code}", f"purpose {code}"


def area_words(reader: Reader, code: str) -> tuple[str, str]:
    """Short Chinese name and English name of an area."""
    area = reader.catalogue.area(code)
    return area.short_zh or area.name_zh, area.name_en


def _point(reader: Reader, key: Key, row: dict[str, Any]) -> Point:
    indicator = reader.catalogue.indicator(key.indicator)
    area_zh, area_en = area_words(reader, key.area)
    dim_zh, dim_en = dim_words(reader, key.dim_name, key.dim_code, row["source_id"])
    value = shown_value(row, indicator)
    reason = (
        ("", "")
        if value is not None
        else ("分母为零", "the denominator is zero")
        if row["denominator"] == 0
        else ("原表为空", "left blank in the source")
    )
    return Point(
        key,
        indicator.name.zh,
        indicator.name.en,
        area_zh,
        area_en,
        dim_zh,
        dim_en,
        value,
        indicator.unit,
        row["obs_status"],
        row["choice_rank"],
        row["numerator"],
        row["denominator"],
        row["basis"],
        row["source_kind"],
        row["printed"],
        row["half_unit"],
        row["qualifier"],
        bool(row["is_doubtful"]),
        row["submission_id"],
        _publication(reader, row["source_id"]),
        row["units_reported"] or 0,
        row["units_expected"],
        *reason,
    )


def _gap(reader: Reader, key: Key, programme: str, sample: bool, found: dict[Key, list[dict[str, Any]]]) -> Point:
    """Why a figure is not there, in the words of `jiugai figure`; a release only says that it does not hold it."""
    indicator = reader.catalogue.indicator(key.indicator)
    dims = {key.dim_name: key.dim_code} if key.dim_name else {}

    def ask(part: Question) -> list[dict[str, Any]]:
        name, code = next(iter(part.dims.items()), ("", ""))
        return found.get(Key(part.indicator, part.area, part.period, name, code, key.accum), [])

    status, zh, en = "L", NOT_RELEASED_ZH, NOT_RELEASED_EN
    if reader.release is None:
        question = Question(key.indicator, key.area, key.period, dims, programme, key.accum == "flow", sample)
        status, zh, en, _, _ = absent(reader, question, indicator, ask)
    return Point(
        key,
        indicator.name.zh,
        indicator.name.en,
        *area_words(reader, key.area),
        *dim_words(reader, key.dim_name, key.dim_code),
        None,
        indicator.unit,
        status,
        1,
        reason_zh=zh,
        reason_en=en,
    )


def _asked_of(reader: Reader, keys: Sequence[Key]) -> set[str]:
    """Indicators of the keys, and what rates are made of: a rate that is not there says which operand it lacks."""
    asked = {k.indicator for k in keys}
    held = [reader.catalogue.indicator(name) for name in asked]
    return asked | {part for rate in held for part in (rate.numerator, rate.denominator) if part}


def read_frame(
    reader: Reader, name: str, keys: Sequence[Key], *, programme: str = "national", sample: bool = False
) -> Frame:
    """Every key answered once, in order: the chosen figure or a gap, and its alternatives."""
    rows = reader.rows(
        """select * from fct_figures where is_sample = ? and programme = ? and list_contains(?::varchar[], indicator)
           and list_contains(?::varchar[], area_code)
              and list_contains(?::varchar[], period) order by choice_rank, group_id""",
        [
            sample,
            programme,
            sorted(_asked_of(reader, keys)),
            sorted({k.area for k in keys}),
            sorted({k.period for k in keys}),
        ],
    )
    found: dict[Key, list[dict[str, Any]]] = {}
    for row in rows:
        key = Key(
            row["indicator"],
            row["area_code"],
            row["period"],
            row["dim_name"] or "",
            row["dim_code"] or "",
            row["accum"],
        )
        found.setdefault(key, []).append(row)
    points, others = [], []
    for key in keys:
        answers = [_point(reader, key, row) for row in found.get(key, [])]
        points.append(answers[0] if answers else _gap(reader, key, programme, sample, found))
        others += answers[1:]
    words = reader.catalogue.settings["programmes"][programme]
    return Frame(
        name, tuple(points), tuple(others), reader.as_of, reader.release, programme, words["zh"], words["en"], sample
    )


# -- what is there ----------------------------------------------------------------------------------------------------
def periods_with(
    reader: Reader,
    indicators: Iterable[str],
    area: str,
    sample: bool,
    *,
    dims: bool = False,
    programme: str = "national",
) -> list[str]:
    """Years and months for which an area has one of the indicators, oldest first.

    A page asks several times about headlines: they are looked up together.
    """
    wanted = set(indicators)
    rows = reader.short_list(
        f"""select distinct indicator, period from fct_figures where is_sample = ? and programme = ? and area_code = ?
            and list_contains(?::varchar[], indicator) and accum = 'level' and (dim_code <> '') = ?
            and regexp_full_match(period, '{PERIODS}')""",
        [sample, programme, area, sorted(HEADLINES if wanted <= HEADLINES else wanted), dims],
    )
    return sorted({row["period"] for row in rows if row["indicator"] in wanted})


def years_with(reader: Reader, indicators: Iterable[str], area: str, sample: bool = False) -> list[int]:
    """Years without a hole from the first to the last that has one of the indicators.

    The nation's published series begins in FIRST_YEAR whatever a build holds; releases, samples and other areas begin
    with what they have.
    """
    years = sorted({int(p[:4]) for p in periods_with(reader, indicators, area, sample)})
    if not years:
        return [FIRST_YEAR]
    whole = area == NATION and not sample and reader.release is None
    return list(range(min(years[0], FIRST_YEAR) if whole else years[0], years[-1] + 1))


def latest(reader: Reader, indicators: Iterable[str], area: str, sample: bool, *, length: int) -> str | None:
    """The newest year (length 4) or month (7) for which an area has one of the indicators."""
    held = [p for p in periods_with(reader, indicators, area, sample) if len(p) == length]
    return held[-1] if held else None


def areas_with(reader: Reader, indicators: Iterable[str], sample: bool) -> set[str]:
    """Areas, those that ended too, that have one of the indicators at any period."""
    rows = reader.short_list(
        """select distinct area_code from fct_figures where is_sample = ? and programme = 'national'
           and accum = 'level' and list_contains(?::varchar[], indicator)""",
        [sample, sorted(indicators)],
    )
    return {r["area_code"] for r in rows} & set(reader.catalogue.all_areas)


def provinces(reader: Reader) -> list[str]:
    """The 32 province-level units in the customary order, 兵团 (660000) last."""
    return sorted(reader.catalogue.children[NATION])


def has_table(reader: Reader, name: str) -> bool:
    """Whether a build or release holds a table: releases hold figures and their cells alone."""
    return bool(reader.rows("select 1 from information_schema.tables where table_name = ?", [name]))


def has_column(reader: Reader, table: str, column: str) -> bool:
    """Whether a table has a column: a release keeps the columns of the day on which it was frozen."""
    asked = "select 1 from information_schema.columns where table_name = ? and column_name = ?"
    return bool(reader.rows(asked, [table, column]))
