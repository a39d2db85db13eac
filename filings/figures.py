"""One figure, with its alternatives and the cells behind it, from a build or from a release. Reads only.

The marts hold every answer and the order of choice (dbt); here a question is checked, looked up and put in the words
of the contract. Not here: computing (dbt), drawing (dashboards), freezing (release.py).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from filings.comparable import PARTS, break_at, breaks_of, codes_of, rows_of_now
from filings.flows import NO_REASON, falls
from filings.levels import bounds, level_of
from filings.missing import interval_for
from filings.windows import window
from ingestion.areas import last_month
from ingestion.catalogue import Catalogue
from ingestion.catalogue import catalogue as project_catalogue
from ingestion.errors import UsageError
from ingestion.indicator_model import Indicator
from ingestion.model import SAMPLE_MARK
from ingestion.units import json_number, plain, ratio
from quality.warehouse import basis_of_cells, build_as_of, current_build, open_build, query

PERIOD = re.compile(r"20\d\d(-(0[1-9]|1[0-2]))?|20\d\d/20\d\d")
DATED = re.compile(r"20\d\d-\d\d-\d\d(/20\d\d-\d\d-\d\d)?")  # of publications alone: to a day, or between two days


def is_period(text: str) -> bool:
    """Whether a figure can be asked for by this label: a year, month or range of years, or dates that print gives."""
    if PERIOD.fullmatch(text):
        return True
    try:
        return bool(DATED.fullmatch(text)) and all(dt.date.fromisoformat(day) for day in text.split("/"))
    except ValueError:
        return False


def printed_dims(catalogue: Catalogue) -> dict[str, set[str]]:
    """Breakdowns that layouts give in a publication's own words (purpose, stage), with their codes."""
    found: dict[str, set[str]] = {}
    for layout in catalogue.layouts.values():
        for sheet in layout.sheets:
            for dim in [*(c.dim for c in sheet.columns), *(i.dim for i in sheet.items)]:
                for name, code in dim.items():
                    found.setdefault(name, set()).add(code)
    return {name: codes for name, codes in found.items() if name not in catalogue.dimensions}


@dataclass(frozen=True)
class Question:
    """What is asked. sample answers from sample returns only; the two never meet."""

    indicator: str
    area: str
    period: str
    dims: dict[str, str] = field(default_factory=dict)
    programme: str = "national"
    flow: bool = False
    sample: bool = False
    areas: str = "then"

    def check(self, catalogue: Catalogue) -> Indicator:
        """Raises UsageError that says what is wrong and what would be right."""
        indicator = catalogue.indicator(self.indicator)
        catalogue.area(self.area)
        if not is_period(self.period):
            raise UsageError(f"报告期“{self.period}”无法识别；应为 2023、2023-09 或 2019/2022 (period not understood)")
        first, _, last = self.period.partition("/")
        if last and first > last:
            raise UsageError(f"报告期“{self.period}”起止颠倒 (the range runs backwards)")
        if self.flow and len(self.period) != 7:
            raise UsageError("--flow 只用于月份，如 2023-09 (a flow is of one month)")
        if self.programme not in catalogue.settings["programmes"]:
            raise UsageError(
                f"没有任务范围 {self.programme}；可用：{'、'.join(catalogue.settings['programmes'])} (no such programme)"
            )
        if len(self.dims) > 1:
            raise UsageError("一次只能按一个维度分组 (one dimension at a time)")
        for name, code in self.dims.items():
            if code in printed_dims(catalogue).get(name, set()):
                continue
            if name not in catalogue.dimensions:
                raise UsageError(f"没有维度 {name}；可用：{'、'.join(catalogue.dimensions)} (no such dimension)")
            if code not in catalogue.dimensions[name].codes:
                raise UsageError(f"维度 {name} 没有代码 {code} (no such code of this dimension)")
        if self.areas == "now" and self.area not in catalogue.areas:
            now = catalogue.successors.get(self.area, "")
            raise UsageError(
                f"{self.area} 不是现行代码；{now}；按现行区划请用现行代码 (not a code of today: ask for its successor)"
            )
        return indicator


@dataclass
class Reader:
    """A build or a release, opened read-only."""

    connection: duckdb.DuckDBPyConnection
    catalogue: Catalogue
    release: str | None
    as_of: str
    home: Path
    rulebook: tuple[str, str]  # version and hash that the formulas are of

    def rows(
        self, sql: str, parameters: list[Any] | None = None, asked: tuple[set[str], set[str]] | None = None
    ) -> list[dict[str, Any]]:
        return query(self.connection, sql, parameters, asked)


@contextmanager
def open_reader(home: Path, *, as_of: dt.datetime | None = None, release: str | None = None) -> Iterator[Reader]:
    """The current build, a build as of a moment, or a frozen release. Raises UsageError when it does not exist."""
    catalogue = project_catalogue()
    if release is not None:
        folder = home / "releases" / release
        if not re.fullmatch(r"[A-Za-z0-9._-]+", release) or not (folder / "manifest.json").is_file():
            raise UsageError(f"没有发布 {release}；用 jiugai release list 查看 (no such release)")
        connection = duckdb.connect(":memory:")
        try:
            for name in ("fct_figures", "fct_contributions"):
                path = str(folder / "data" / f"{name}.parquet").replace("'", "''")
                connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
            manifest = json.loads((folder / "manifest.json").read_bytes())
            book = manifest["rulebook_version"], manifest["rulebook_sha256"]
            yield Reader(connection, catalogue, release, manifest["cutoff"], home, book)
        finally:
            connection.close()
        return
    made = build_as_of(home, as_of) if as_of else current_build(home)
    with open_build(made) as connection:
        book = made.rulebook_version, made.rulebook_hash
        yield Reader(connection, catalogue, None, made.label, home, book)


def candidates(reader: Reader, question: Question) -> list[dict[str, Any]]:
    """Rows of fct_figures that answer a question, the chosen one first."""
    code = next(iter(question.dims.values()), "")
    name = next(iter(question.dims), "")
    return reader.rows(
        """select * from fct_figures where is_sample = ? and programme = ? and indicator = ? and area_code = ?
           and period = ? and accum = ? and dim_code = ? and dim_name = ? order by choice_rank""",
        [
            question.sample,
            question.programme,
            question.indicator,
            question.area,
            question.period,
            "flow" if question.flow else "level",
            code,
            name,
        ],
    )


def answers(reader: Reader, question: Question) -> list[dict[str, Any]]:
    """Rows that answer a question on the areas of then or of now, the chosen one first, each with its `parts`."""

    def ask(area: str, period: str) -> list[dict[str, Any]]:
        rows = candidates(reader, replace(question, area=area, period=period))
        return [{**r, PARTS: [(area, period, r["group_id"], basis_of_cells(r["basis"]))]} for r in rows]

    if question.areas == "then":
        return ask(question.area, question.period)
    indicator = reader.catalogue.indicator(question.indicator)
    return rows_of_now(reader.catalogue, indicator, question.area, question.period, question.flow, ask)


def shown_value(row: dict[str, Any], indicator: Indicator) -> Decimal | None:
    """The value of a candidate; a ratio is divided only here, rounded half up to the catalogue's decimals."""
    if indicator.kind == "ratio":
        if row["numerator"] is None or row["denominator"] is None:
            return None
        return ratio(row["numerator"], row["denominator"], indicator.scale, indicator.decimals)
    value: Decimal | None = row["value"]
    return value


def print_value(value: Decimal | None, indicator: Indicator) -> Decimal | None:
    """What a printed table shows: at most the indicator's print_cap. Nothing but print ever uses it."""
    if value is None or indicator.print_cap is None:
        return value
    return min(value, indicator.print_cap)


def _coverage(row: dict[str, Any] | None) -> dict[str, Any]:
    reported, expected = (row["units_reported"], row["units_expected"]) if row else (0, None)
    share = plain((Decimal(reported) / Decimal(expected)).quantize(Decimal("0.0001"))) if expected else None
    return {"units_reported": reported, "units_expected": expected, "share": share}


def absent(
    reader: Reader, question: Question, indicator: Indicator
) -> tuple[str, str, str, Decimal | None, Decimal | None]:
    """Why there is no figure: status L (exists, not filed) or M (cannot exist here), and operands that do exist."""
    no_area = _no_such_area(reader.catalogue, question)
    if no_area is not None:
        return "M", *no_area, None, None
    if indicator.kind == "ratio":
        assert indicator.numerator and indicator.denominator
        operands = []
        lacking = []
        for part, of in (
            (indicator.numerator, indicator.numerator_of),
            (indicator.denominator, indicator.denominator_of),
        ):
            dims = {dim: codes[0] for dim, codes in of.items()} if indicator.is_of_parts else question.dims
            found = answers(reader, replace(question, indicator=part, dims=dims))
            operands.append(found[0]["value"] if found and sum(map(len, of.values())) <= 1 else None)
            if not found:
                lacking.append(reader.catalogue.indicator(part).name.zh)
        words = "、".join(lacking) if lacking else "同一来源的分子与分母"
        return "L", f"缺{words}，不能计算", "an operand is missing", operands[0], operands[1]
    asked_by_returns = indicator.returns is not None
    is_asked = reader.catalogue.is_asked(indicator, question.period, question.dims)
    if question.dims and asked_by_returns and not is_asked:
        return "M", "报表在此报告期不这样分列", "the forms of this period do not split it so", None, None
    if question.sample and not is_asked and indicator.kind != "scaled":
        return "M", "报表在此报告期不填报此指标", "the forms of this period do not ask for it", None, None
    return "L", "没有收到可用的报表或公布数", "nothing usable was filed or published", None, None


def _no_such_area(catalogue: Catalogue, question: Question) -> tuple[str, str] | None:
    """Why an area has no figure in a period: its territory was not one, or its code did not stand."""
    if question.areas == "now":
        if codes_of(catalogue, question.area, question.period) is not None:
            return None
        (broken,) = breaks_of(catalogue, question.area, "now")
        return f"按现行区划没有可比的数：{broken.zh}", f"no comparable figure for today's territory: {broken.en}"
    area = catalogue.area(question.area)
    if area.code not in catalogue.changed_areas or area.is_valid(last_month(question.period)):
        return None
    months = f"{area.valid_from or ''}—{area.valid_to or ''}"
    words = catalogue.successors.get(area.code) or catalogue.predecessors_in_words(area.code)
    return (f"此期没有代码 {area.code}（用于 {months}）；{words}；连续序列请用 --areas now",
            f"code {area.code} stood in {months} alone: ask --areas now for one series")  # fmt: skip


def figure(reader: Reader, question: Question) -> dict[str, Any]:
    """One figure in the contract's words. value None comes with a status and a reason.

    Raises: UsageError for a question that cannot be asked.
    """
    catalogue = reader.catalogue
    indicator = question.check(catalogue)
    rows = answers(reader, question)
    chosen = rows[0] if rows else None
    unit = indicator.unit
    answer: dict[str, Any] = {
        "indicator": indicator.id,
        "area": question.area,
        "period": question.period,
        "dims": question.dims,
        "programme": question.programme,
        "value": None,
        "unit": unit,
        "numerator": None,
        "denominator": None,
        "obs_status": "L",
        "basis": None,
        "source_kind": None,
        "account": None,
        "printed": None,
        "half_unit": None,
        "qualifier": None,
        "alternatives": [],
        "coverage": _coverage(chosen),
        "release": reader.release,
        "as_of": reader.as_of,
        "formula_zh": indicator.formula("zh", catalogue.indicator_names),
        "formula_en": indicator.formula("en", catalogue.indicator_names),
        "rulebook_version": reader.rulebook[0],
        "rulebook_hash": reader.rulebook[1],
        "sample_data": question.sample,
        "indicator_name_zh": indicator.name.zh,
        "indicator_name_en": indicator.name.en,
        "area_name": catalogue.area(question.area).name_zh,
        "flow": question.flow,
        "areas": question.areas,
        "reason_zh": None,
        "reason_en": None,
        "interval": None,
        "levels": level_of(reader, question, (chosen["account"] or chosen["source_id"]) if chosen else None),
        "bounds": bounds(reader, question),
        "falls": falls(reader, question),
        "window": window(question.period),
        "factor": None,
        "print_cap": plain(indicator.print_cap),
        "print_value": None,
    }
    if indicator.factor:
        answer["factor"] = {"name": indicator.factor, "value": plain(catalogue.persons_per_household)}
    if question.sample:
        answer["marker"] = SAMPLE_MARK
    part_unit = catalogue.indicator(indicator.numerator).unit if indicator.numerator else unit
    if chosen is None:
        status, zh, en, numerator, denominator = absent(reader, question, indicator)
        code = next(iter(question.dims.values()), "")
        others = reader.rows(
            """select distinct programme from fct_figures where is_sample = ? and indicator = ? and area_code = ?
               and period = ? and dim_code = ? and programme <> ? order by programme""",
            [question.sample, question.indicator, question.area, question.period, code, question.programme],
        )
        if others:
            zh += "；另有任务范围：" + "、".join(o["programme"] for o in others) + "（不同范围不相加）"
        answer.update(
            obs_status=status,
            reason_zh=zh,
            reason_en=en,
            numerator=json_number(numerator, part_unit),
            denominator=json_number(denominator, part_unit),
        )
        if not (question.sample or question.flow or question.dims or status == "M"):
            answer["interval"] = interval_for(
                reader, question.indicator, question.period, question.area, question.programme
            )
        return answer
    value = shown_value(chosen, indicator)
    answer.update(
        value=json_number(value, unit),
        print_value=json_number(print_value(value, indicator), unit),
        numerator=json_number(chosen["numerator"], part_unit),
        denominator=json_number(chosen["denominator"], part_unit),
        obs_status=chosen["obs_status"],
        basis=chosen["basis"],
        source_kind=chosen["source_kind"],
        account=chosen.get("account"),
        printed=chosen["printed"],
        half_unit=plain(chosen["half_unit"]),
        qualifier=chosen["qualifier"],
        alternatives=[
            {
                "basis": r["basis"],
                "source_kind": r["source_kind"],
                "account": r.get("account"),
                "value": json_number(shown_value(r, indicator), unit),
                "submission_id": r["submission_id"],
                "source_id": r["source_id"],
                "publisher": r["publisher"],
                "printed": r["printed"],
                "half_unit": plain(r["half_unit"]),
                "qualifier": r["qualifier"],
                "coverage": _coverage(r),
                "is_doubtful": r["is_doubtful"],
            }
            for r in rows[1:]
        ],
    )
    answer["source_id"], answer["submission_id"] = chosen["source_id"], chosen["submission_id"]
    broken = break_at(breaks_of(catalogue, question.area, question.areas), question.period, question.flow)
    if broken is not None:
        answer.update(reason_zh=broken.zh, reason_en=broken.en)
    if chosen["obs_status"] == "V":
        answer.update(reason_zh=NO_REASON[0], reason_en=NO_REASON[1])
    if chosen["denominator"] == 0:
        answer.update(reason_zh="分母为零", reason_en="the denominator is zero")
    return answer


def trace(reader: Reader, question: Question) -> dict[str, Any]:
    """The figure and every cell that makes it: Σ weight × value of each role is the figure exactly.

    The figure names the rule book of its formula, each contribution the one that its submission was judged by.
    """
    indicator = question.check(reader.catalogue)
    answer = figure(reader, question)
    rows = answers(reader, question)
    if not rows:
        return {"figure": answer, "contributions": [], "sum": None, "audited_under": []}
    from filings.cells import Originals, made_of  # with the register, half a second that a figure alone does without
    from ingestion.register import Register, submissions

    chosen = rows[0]
    parts = [
        part
        for area, period, group_id, basis in chosen[PARTS]
        for part in reader.rows(
            """select * from fct_contributions where is_sample = ? and programme = ? and indicator = ? and area_code = ?
               and period = ? and accum = ? and dim_code = ? and group_id = ? and basis = ?""",
            [
                question.sample,
                question.programme,
                question.indicator,
                area,
                period,
                chosen["accum"],
                chosen["dim_code"],
                group_id,
                basis,
            ],
            asked=made_of(reader.catalogue, question.indicator, period, question.flow),
        )
    ]
    roles = {"value": 0, "numerator": 1, "denominator": 2}  # in words: the cells in the order people read them
    parts.sort(
        key=lambda p: (
            roles[p["figure_role"]],
            p["unit_code"],
            -p["weight"],
            p["submission_id"],
            p["cell"] or "",
            p["row_no"] or 0,
            p["field"] or "",
            p["observation_id"],
        )
    )
    register = Register(reader.home)
    known = {
        r["submission_id"]: r
        for r in register.rows(submissions, submissions.c.submission_id.in_({p["submission_id"] for p in parts}))
    }
    maps: dict[str, dict[str, list[str]]] = {}
    originals = Originals(reader.home, reader.catalogue)
    originals.take_items(parts, known)
    operands = {"numerator": indicator.numerator, "denominator": indicator.denominator, "value": indicator.base}
    contributions = []
    sums: dict[str, Decimal] = {}
    for part in parts:
        row = known[part["submission_id"]]
        sheet, cell = part["sheet"], part["cell"]
        if part["field"] and row["map_id"]:
            if row["map_id"] not in maps:
                maps[row["map_id"]] = register.column_map(row["map_id"])
            sheet, cell = maps[row["map_id"]].get(part["field"], [None, None])
            if "." in part["field"]:  # a column of a table: its letters, and the row unless no row says it (a zero)
                cell = f"{cell}{part['row_no']}" if cell and part["row_no"] else None
        role = part["figure_role"]
        sums[role] = sums.get(role, Decimal(0)) + part["weight"] * part["value"]
        unit = reader.catalogue.all_areas.get(part["unit_code"])
        part_unit = reader.catalogue.indicator(operands[role] or indicator.id).unit
        contributions.append(
            {
                "role": role,
                "weight": json_number(part["weight"], ""),
                "unit_code": part["unit_code"],
                "unit_name": unit.name_zh if unit else None,
                "submission_id": part["submission_id"],
                "version": row["version"],
                "file": row["file_name"],
                "sha256": row["sha256"],
                "sheet": sheet,
                "cell": cell,
                "raw": part["printed"]
                if part["printed"] is not None
                else originals.raw(row, part["field"], sheet, cell)
                if sheet and cell
                else None,
                "value": json_number(part["value"], part_unit),
                "edited": False,
                "field": part["field"],
                "source_id": row["source_id"],
                "received_at": row["received_at"],
                "rulebook_version": row["rulebook_version"],
                "rulebook_hash": row["rulebook_hash"],
            }
        )
    register.close()
    total: Any = (
        json_number(sums["value"], indicator.unit)
        if "value" in sums
        else {role: plain(value) for role, value in sorted(sums.items())}
    )
    books = Counter((row["rulebook_version"], row["rulebook_hash"]) for row in known.values())
    audited = [{"rulebook_version": v, "rulebook_hash": h, "submissions": n} for (v, h), n in sorted(books.items())]
    return {"figure": answer, "contributions": contributions, "sum": total, "audited_under": audited}
