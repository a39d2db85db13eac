"""Frames of funds: the accounts of each programme, the chain from planned to idle, and breakdowns by source and content."""

from __future__ import annotations

from typing import Any

from dashboards.data.reading import has_column, latest, read_frame
from dashboards.files import asked_ledger
from dashboards.frames import FIRST_YEAR, RATES, Frame, Key
from dashboards.view import View
from filings.funds import accounts
from filings.ledger import summary
from filings.reader import Reader
from ingestion.catalogue import NATION
from ingestion.register import Register

CHAIN = (
    "funds_planned",
    "funds_allotted",
    "funds_arrived",
    "funds_paid",
    "funds_returned",
    "funds_balance",
    "funds_idle_over_1y",
)
STEPS = CHAIN[:4]
CONTENT = "cohort_investment_planned"
COHORT = (
    *(f"cohort_{rate}" for rate in RATES),
    "cohort_local_cofunding_share",
    "cohort_residents_share",
    "cohort_district_per_city",
    "cohort_investment_to_paid",
    "cohort_central_share_basic",
    "cohort_central_outside_basic",
)
USAGE = (
    "local_cofunding_share",
    "residents_share",
    "district_per_city",
    "investment_to_paid",
    "investment_per_household",
    "investment_per_household_accepted",
    "investment_per_sqm",
    "investment_per_sqm_accepted",
)


def other_accounts(reader: Reader) -> list[tuple[str, str, list[str]]]:
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


def funds_period(reader: Reader, area: str, sample: bool) -> str | None:
    """The newest year with money, which the yearly accounts answer in full; a month when it is of a later year."""
    asked = ["funds_arrived", "funds_planned", "funds_paid"]
    year, month = (latest(reader, asked, area, sample, length=n) for n in (4, 7))
    return month if month and month[:4] > (year or "") else year


def chain(reader: Reader, area: str, period: str, sample: bool) -> Frame:
    """Planned, allotted, arrived, paid, returned, balance and idle of one period, and the three rates."""
    keys = [Key(i, area, period) for i in (*CHAIN, *RATES)]
    return read_frame(reader, "funds_chain", keys, sample=sample)


def usage(reader: Reader, area: str, period: str, sample: bool) -> Frame:
    """Shares, the city and district split, investment against payment and unit costs of one period."""
    return read_frame(reader, "funds_usage", [Key(i, area, period) for i in USAGE], sample=sample)


def account(
    reader: Reader, programme: str, area: str, periods: list[str], *, dims: tuple[str, ...], sample: bool = False
) -> Frame:
    """Planned, allotted, arrived and paid of one account, in total and by the codes of dims, with the three rates."""
    rows = reader.rows(
        """select distinct dim_name, dim_code, indicator from fct_figures where is_sample = ? and programme = ?
           and area_code = ? and list_contains(?::varchar[], period) and accum = 'level'
           and list_contains(?::varchar[], dim_name) and list_contains(?::varchar[], indicator) order by dim_code""",
        [sample, programme, area, periods, list(dims), list(STEPS)],
    )
    codes = _ordered(reader, {(r["dim_name"], r["dim_code"]) for r in rows})
    present = {r["indicator"] for r in rows}
    keys = []
    for period in periods:
        keys += [Key(step, area, period) for step in STEPS]
        for name, code in codes:
            keys += [Key(step, area, period, name, code) for step in STEPS if step in present]
        keys += [Key(rate, area, period) for rate in RATES]
    stem = f"funds_by_{dims[0]}" if programme == "national" else f"funds_{programme}_{area}"
    return read_frame(reader, stem, keys, programme=programme, sample=sample)


def _ordered(reader: Reader, codes: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Codes in the order of their list, unlisted ones first; a code that gathers others is left out beside its parts."""
    dimensions = reader.catalogue.dimensions
    gathered = {
        c for name, code in codes if name in dimensions for c in dimensions[name].adds_to.get(code, set()) - {code}
    }
    place = {code: n for d in dimensions.values() for n, code in enumerate(d.codes)}
    kept = [c for c in codes if c[1] not in gathered]
    return sorted(kept, key=lambda c: (place.get(c[1], -1) if c[0] != "source" else 0, c[1]))


def has_dimension(reader: Reader, area: str, period: str, dim: str, sample: bool) -> bool:
    """Whether any money of the area is broken down so at a period."""
    return bool(
        reader.rows(
            """select 1 from fct_figures where is_sample = ? and programme = 'national' and area_code = ? and period = ?
               and dim_name = ? and list_contains(?::varchar[], indicator) limit 1""",
            [sample, area, period, dim, [*STEPS, CONTENT]],
        )
    )


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


def three_accounts(reader: Reader, area: str, period: str, sample: bool) -> list[dict[str, Any]]:
    """The year's money in J2, J3F and J4F side by side; [] where figures do not say which account they come from."""
    if not has_column(reader, "fct_figures", "account"):
        return []
    found = accounts(reader, area, period[:4], sample=sample)
    return [row for row in found if any(row[a] is not None for a in ("j2", "j3f", "j4f", "upper_bound"))]


def ledger_summary(reader: Reader, view: View) -> dict[str, Any] | None:
    """What the ledger of the area and period adds up to; None for a release or a range of years, which have none."""
    if reader.release is not None or not has_column(reader, "fct_fund_ledger", "amount") or "/" in view.period:
        return None
    return summary(reader, asked_ledger(view))


def by_content(reader: Reader, area: str, period: str, sample: bool) -> Frame:
    """Investment planned of a plan year's tasks, by content class: the roster alone splits it so."""
    classes = reader.catalogue.codelist("content_classes")
    keys = [Key(CONTENT, area, period), *(Key(CONTENT, area, period, "content", code) for code in classes)]
    return read_frame(reader, "funds_by_content", keys, sample=sample)


def cohort_rates(reader: Reader, area: str, period: str, sample: bool) -> Frame:
    """Rates and shares of a plan year's tasks, life to date: another question than those of the calendar year."""
    return read_frame(reader, "cohort_rates", [Key(i, area, period) for i in COHORT], sample=sample)
