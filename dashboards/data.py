"""From a build or a release to the small frames that charts are drawn from. The only queries of this room.

A frame holds every figure a chart was asked for, chosen answer first, gaps as points without a value and with a reason,
other printed figures behind them. Values stay exact decimals in base units. Not here: drawing, formats, pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from dashboards.frames import FilingCell, FilingFrame, Frame, Key, Point, Publication
from filings.figures import Question, Reader, figure, shown_value
from ingestion.catalogue import NATION
from ingestion.register import Register

FIRST_YEAR = 2019  # the national programme; earlier work was pilots
PROVINCE_PERIOD = "2023-09"  # the last month whose table prints starts and rate of all 32 units
OVERVIEW = ("plan_communities", "started_communities", "benefited_households")
PLAN_VERSIONS = ("plan_communities_first", "plan_communities_then", "plan_communities_now")
FUND_STEPS = ("funds_planned", "funds_allotted", "funds_arrived", "funds_paid")
RATES = ("arrival_rate", "payment_rate", "execution_rate")
NOT_RELEASED_ZH, NOT_RELEASED_EN = "本次发布不含", "not in this release"


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


def _dim_words(reader: Reader, key: Key, source_id: str | None) -> tuple[str, str]:
    """Names of a dimension code: fund sources from the code list, purposes from the layout that read the table."""
    if key.dim_name == "source":
        row = reader.catalogue.codelist("fund_sources").get(key.dim_code)
        return (row["name_zh"], row["name_en"]) if row else (key.dim_code, "")
    source = reader.catalogue.sources.get(source_id or "")
    if key.dim_name and source is not None:
        for sheet in reader.catalogue.layouts[source.layout].sheets:
            for item in sheet.items:
                if item.dim == {key.dim_name: key.dim_code}:
                    return item.label, f"purpose {key.dim_code}"
    return (f"用途 {key.dim_code}", f"purpose {key.dim_code}") if key.dim_name else ("", "")


def _area_words(reader: Reader, code: str) -> tuple[str, str]:
    area = reader.catalogue.area(code)
    return area.short_zh or area.name_zh, area.name_en


def _point(reader: Reader, key: Key, row: dict[str, Any]) -> Point:
    indicator = reader.catalogue.indicator(key.indicator)
    area_zh, area_en = _area_words(reader, key.area)
    dim_zh, dim_en = _dim_words(reader, key, row["source_id"])
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


def _gap(reader: Reader, key: Key, programme: str, sample: bool) -> Point:
    """Why a figure is not there, in the words of `jiugai figure`; a release only says that it does not hold it."""
    indicator = reader.catalogue.indicator(key.indicator)
    dims = {key.dim_name: key.dim_code} if key.dim_name else {}
    status, zh, en = "L", NOT_RELEASED_ZH, NOT_RELEASED_EN
    if reader.release is None:
        answer = figure(
            reader, Question(key.indicator, key.area, key.period, dims, programme, key.accum == "flow", sample)
        )
        status, zh, en = answer["obs_status"], (answer["reason_zh"] or "").split("；")[0], answer["reason_en"] or ""
    return Point(
        key,
        indicator.name.zh,
        indicator.name.en,
        *_area_words(reader, key.area),
        *_dim_words(reader, key, None),
        None,
        indicator.unit,
        status,
        1,
        reason_zh=zh,
        reason_en=en,
    )


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
            sorted({k.indicator for k in keys}),
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
        points.append(answers[0] if answers else _gap(reader, key, programme, sample))
        others += answers[1:]
    words = reader.catalogue.settings["programmes"][programme]
    return Frame(
        name, tuple(points), tuple(others), reader.as_of, reader.release, programme, words["zh"], words["en"], sample
    )


def _years_with(reader: Reader, indicators: Iterable[str], area: str) -> list[int]:
    """Years that hold one of the indicators: all from FIRST_YEAR on in a build, the ones between in a release."""
    rows = reader.rows(
        """select distinct period from fct_figures where not is_sample and programme = 'national' and area_code = ?
           and list_contains(?::varchar[], indicator) and accum = 'level' and dim_code = ''
           and (length(period) = 4 or length(period) = 7) order by period""",
        [area, sorted(indicators)],
    )
    years = sorted({int(r["period"][:4]) for r in rows})
    if not years:
        return [FIRST_YEAR]
    return list(range(years[0] if reader.release else FIRST_YEAR, years[-1] + 1))


def _latest(reader: Reader, indicator: str, area: str, sample: bool, length: int) -> str | None:
    rows = reader.rows(
        """select max(period) as period from fct_figures where is_sample = ?
           and programme = 'national' and indicator = ?
           and area_code = ? and length(period) = ? and accum = 'level' and dim_code = ''""",
        [sample, indicator, area, length],
    )
    period: str | None = rows[0]["period"]
    return period


# -- published figures ------------------------------------------------------------------------------------------------
def overview(reader: Reader) -> Frame:
    """The latest year's key figures, and what has been reached since FIRST_YEAR.

    A release that holds no year answers for its latest month, and without cumulative figures leaves them out.
    """
    latest = [_latest(reader, i, NATION, False, length) for length in (4, 7) for i in OVERVIEW[1:] + OVERVIEW[:1]]
    period = next((p for p in latest if p), str(FIRST_YEAR))  # the plan of a coming year does not move the page on
    keys = [Key(i, NATION, period) for i in OVERVIEW]
    for indicator in ("started_communities", "benefited_households"):
        rows = reader.rows(
            """select max(period) as period from fct_figures where not is_sample and programme = 'national'
               and indicator = ? and area_code = ? and regexp_full_match(period, ? || '/20[0-9][0-9]')
               and choice_rank = 1""",
            [indicator, NATION, str(FIRST_YEAR)],
        )
        if rows[0]["period"]:
            keys.append(Key(indicator, NATION, rows[0]["period"]))
    return read_frame(reader, "overview", keys)


def yearly_starts(reader: Reader) -> Frame:
    """Communities started and planned in each year, the nation, with every other printed figure."""
    indicators = ("started_communities", "plan_communities")
    years = _years_with(reader, indicators, NATION)
    return read_frame(reader, "yearly_starts", [Key(i, NATION, str(y)) for y in years for i in indicators])


def monthly_progress(reader: Reader) -> Frame:
    """Communities started from the start of the year to each month's end, as published for the nation."""
    years = [y for y in _years_with(reader, ["started_communities"], NATION) if y > FIRST_YEAR or reader.release]
    keys = [Key("started_communities", NATION, f"{y}-{m:02d}") for y in years for m in range(1, 13)]
    return read_frame(reader, "monthly_progress", keys)


def benefited_households(reader: Reader) -> Frame:
    """Households benefited in each year, and since FIRST_YEAR to the end of each year."""
    years = _years_with(reader, ["benefited_households", "started_communities"], NATION)
    keys = [Key("benefited_households", NATION, str(y)) for y in years]
    keys += [Key("benefited_households", NATION, f"{FIRST_YEAR}/{y}") for y in years if y > FIRST_YEAR]
    return read_frame(reader, "benefited_households", keys)


def province_periods(reader: Reader) -> list[str]:
    """PROVINCE_PERIOD first, then the newest other month with a figure of all units; the fullest one without either."""
    rows = reader.rows(
        """select period, count(distinct area_code) as units from fct_figures where not is_sample
           and programme = 'national'
           and indicator = 'started_communities' and choice_rank = 1 and area_code <> ? and accum = 'level'
           and list_contains(?::varchar[], area_code) and regexp_full_match(period, '20[0-9][0-9](-[0-9][0-9])?')
           group by period order by period""",
        [NATION, provinces(reader)],
    )
    counts = {r["period"]: r["units"] for r in rows}
    if not counts:
        return [PROVINCE_PERIOD]
    months = {p: n for p, n in counts.items() if len(p) == 7} or counts
    whole = [p for p, n in months.items() if n == max(months.values())]
    chosen = [PROVINCE_PERIOD] if PROVINCE_PERIOD in whole else []
    return (chosen + [p for p in reversed(whole) if p not in chosen])[:2]


def provinces(reader: Reader) -> list[str]:
    """The 32 province-level units by code, 兵团 (660000) last."""
    return sorted(reader.catalogue.children[NATION])


def province_table(reader: Reader, period: str) -> Frame:
    """Communities started and printed start rate of every province-level unit."""
    keys = [
        Key(i, area, period)
        for area in provinces(reader)
        for i in ("started_communities", "start_rate_communities_printed")
    ]
    return read_frame(reader, f"province_table_{period}", keys)


def fund_accounts(reader: Reader) -> list[tuple[str, str, list[str]]]:
    """(programme, area, years) of every published account outside the national programme. Never added up."""
    rows = reader.rows(
        """select programme, area_code, min(period) as first, max(period) as last from fct_figures
           where not is_sample and programme <> 'national' and starts_with(indicator, 'funds_')
           and regexp_full_match(period, '20[0-9][0-9]') group by programme, area_code
           order by programme desc, area_code"""
    )
    return [
        (r["programme"], r["area_code"], [str(y) for y in range(int(r["first"]), int(r["last"]) + 1)]) for r in rows
    ]


def funds_account(reader: Reader, programme: str, area: str, periods: list[str], *, sample: bool = False) -> Frame:
    """Planned, allotted, arrived and paid, in total and by source, with the three rates, for one account."""
    rows = reader.rows(
        """select distinct dim_name, dim_code from fct_figures where is_sample = ? and programme = ? and area_code = ?
           and list_contains(?::varchar[], period) and accum = 'level' and dim_code <> ''
           and list_contains(?::varchar[], indicator) order by dim_code""",
        [sample, programme, area, periods, list(FUND_STEPS[1:])],
    )
    listed = list(reader.catalogue.codelist("fund_sources"))
    dims = sorted(
        ((r["dim_name"], r["dim_code"]) for r in rows), key=lambda d: (d[0], d[1]) if d[1] not in listed else ("", d[1])
    )
    present = {
        r["indicator"]
        for r in reader.rows(
            """select distinct indicator from fct_figures where is_sample = ? and programme = ? and area_code = ?
           and list_contains(?::varchar[], period) and accum = 'level' and dim_code <> ''""",
            [sample, programme, area, periods],
        )
    }
    keys = []
    for period in periods:
        keys += [Key(step, area, period) for step in FUND_STEPS]
        for name, code in dims:
            keys += [Key(step, area, period, name, code) for step in FUND_STEPS[1:] if step in present]
        keys += [Key(rate, area, period) for rate in RATES]
    stem = "funds_by_source" if sample else f"funds_{programme}_{area}"
    return read_frame(reader, stem, keys, programme=programme, sample=sample)


def central_allotments(reader: Reader) -> Frame:
    """Central money allotted to the national programme by stream and year, as published; arrived and paid were not."""
    rows = reader.rows(
        """select distinct period from fct_figures where not is_sample and programme = 'national' and area_code = ?
           and indicator = 'funds_allotted' and dim_code in ('F11', 'F12') and regexp_full_match(period, '20[0-9][0-9]')
           order by period""",
        [NATION],
    )
    years = [int(r["period"]) for r in rows] or [FIRST_YEAR]
    keys = []
    for year in range(years[0], years[-1] + 1):
        keys += [Key("funds_allotted", NATION, str(year), "source", code) for code in ("F12", "F11")]
        keys += [Key(step, NATION, str(year)) for step in ("funds_arrived", "funds_paid")]
    return read_frame(reader, "central_allotments", keys)


def reported_rates(reader: Reader, frame: Frame) -> list[tuple[str, str, str, str]]:
    """Rates that a publication of the frame states and its own operands refute: (reported, computed, zh, en).

    The audit found them on receipt (rule CTL-001); a home without its register, such as a copied release, has none.
    """
    ids = sorted({p.submission_id.split("#")[0] for p in frame.points if p.submission_id})
    if not ids or not (reader.home / "register.db").is_file():
        return []
    register = Register(reader.home)
    try:
        found = [f for submission_id in ids for f in register.findings_of(submission_id) if f["rule"] == "CTL-001"]
    finally:
        register.close()
    return list(dict.fromkeys((f["found"], f["expected"], f["message_zh"], f["message_en"]) for f in found))


# -- sample returns ---------------------------------------------------------------------------------------------------
def sample_area(reader: Reader) -> tuple[str, list[str]] | None:
    """The area that the sample returns cover and the units below it that have figures; None without samples."""
    rows = reader.rows("""select distinct area_code from fct_figures where is_sample and accum = 'level'
                          and list_contains(['started_communities', 'plan_communities'], indicator)""")
    held = {r["area_code"] for r in rows} & set(reader.catalogue.areas)
    covered = [p for p in provinces(reader) if p in held]
    if not held:
        return None
    top = covered[0] if len(covered) == 1 else NATION
    return top, [c for c in sorted(reader.catalogue.children.get(top, [])) if c in held]


def sample_overview(reader: Reader) -> Frame:
    """Key figures of the sample area in its latest month."""
    found = sample_area(reader)
    area = found[0] if found else NATION
    month = _latest(reader, "started_communities", area, True, 7) or "2023-12"
    keys = [
        Key(i, area, month)
        for i in (
            "plan_communities_then",
            "started_communities",
            "start_rate_communities_plan_then",
            "benefited_households",
            "funds_arrived",
            "funds_paid",
        )
    ]
    return read_frame(reader, "sample_overview", keys, sample=True)


def county_progress(reader: Reader) -> Frame:
    """Started against the first plan, the plan in force then and the plan now, a unit a row, latest month.

    A release holds the task of the year instead of its versions.
    """
    found = sample_area(reader)
    area, units = found if found else (NATION, [])
    month = _latest(reader, "started_communities", area, True, 7) or "2023-12"
    plans = ("plan_communities",) if reader.release else PLAN_VERSIONS
    keys = [Key(i, unit, month) for unit in units or [area] for i in ("started_communities", *plans)]
    return read_frame(reader, "county_progress", keys, sample=True)


def monthly_flow(reader: Reader) -> Frame:
    """Communities started in each month alone, the whole sample area."""
    found = sample_area(reader)
    area = found[0] if found else NATION
    rows = reader.rows(
        """select distinct period from fct_figures where is_sample and programme = 'national' and area_code = ?
           and indicator = 'started_communities' and length(period) = 7 order by period""",
        [area],
    )
    months = [r["period"] for r in rows] or ["2023-12"]
    return read_frame(
        reader, "monthly_flow", [Key("started_communities", area, m, accum="flow") for m in months], sample=True
    )


def sample_funds(reader: Reader) -> Frame:
    """Arrived by source and paid where the form asks, the sample area's latest month."""
    found = sample_area(reader)
    area = found[0] if found else NATION
    month = _latest(reader, "funds_arrived", area, True, 7) or "2023-12"
    return funds_account(reader, "national", area, [month], sample=True)


def filing_status(reader: Reader) -> FilingFrame:
    """Who filed which month and year among the sample units. Releases hold no such table."""
    table = reader.rows("select table_name from information_schema.tables where table_name = 'fct_return_status'")
    if not table:
        return FilingFrame("filing_status", (), False, reader.as_of, reader.release, True)
    rows = reader.rows(
        "select * from fct_return_status where is_sample order by form desc, period, province_code, unit_code"
    )
    names = {code: area.short_zh or area.name_zh for code, area in reader.catalogue.areas.items()}
    return FilingFrame(
        "filing_status",
        tuple(
            FilingCell(
                r["form"],
                r["period"],
                r["unit_code"],
                names.get(r["unit_code"], r["unit_code"]),
                r["province_code"],
                names.get(r["province_code"], r["province_code"]),
                r["status"],
                r["versions"],
                r["received_at"],
            )
            for r in rows
        ),
        True,
        reader.as_of,
        reader.release,
        True,
    )
