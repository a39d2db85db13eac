"""The fund ledger of an area and period: a row per filed cell, its sums, and the identities that must hold.

Σ of the rows that a figure takes is the figure: one account, `counts`, and `is_part` false for a total. Accounts are
never added to each other (decision 16). The mart holds fields; here each gets its sheet and cell. Not here: the choice
among accounts (figures.py), the three accounts side by side (funds.py), what stands in a file (ingestion.outputs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from filings.question import Question
from filings.reader import Reader
from ingestion import outputs
from ingestion.errors import UsageError
from ingestion.model import SAMPLE_MARK
from ingestion.register_lookups import Place, column_maps_of
from ingestion.units import json_number, plain

PERIOD = re.compile(r"20\d\d(-(0[1-9]|1[0-2]))?")
ACCOUNTS = ("J2", "J3F", "J4F", "J4", "J4C")
SPANS = {
    "year": ("全年", "of the year"),
    "year_to_date": ("年初至月末", "year to date"),
    "life_to_date": ("自立项起累计", "life to date"),
}
# a column of the files: name, words
COLUMNS = (
    ("marker", "数据性质"), ("programme", "任务范围"), ("unit_code", "单位代码"), ("unit_name", "单位"), ("period", "报告期"),
    ("calendar_year", "日历年"), ("cohort_year", "计划年度"), ("span", "时段"), ("account", "账户"), ("movement", "科目"),
    ("movement_zh", "科目名称"), ("source", "来源"), ("source_zh", "来源名称"), ("source_group", "汇集来源"), ("level", "来源组"),
    ("content_class", "内容类别"), ("content_item", "内容"), ("proj_id", "项目"), ("task_id", "任务"), ("community", "小区"),
    ("counts", "计入各数"), ("is_part", "合计的分项"), ("amount", "金额（元）"), ("first_arrived_on", "首次到账日"),
    ("document", "下达文号"), ("submission_id", "报送"), ("version", "版次"), ("file_name", "文件"), ("sheet", "工作表"),
    ("cell", "单元格"), ("field", "字段"),
)  # fmt: skip
AMOUNTS = frozenset({"金额（元） amount"})

IN_AREA = """is_sample = ? and programme = ? and list_contains(?::varchar[], period)
    and unit_code in (select unit_code from area_closure where area_code = ?)"""
ORDER = "account, unit_code, period, movement, is_part, source nulls first, task_id, field, row_no"


@dataclass(frozen=True)
class Asked:
    """Which rows. source: a code, or one that gathers codes (F30); group: one of the ten groups (level)."""

    area: str
    period: str
    source: str | None = None
    group: str | None = None
    account: str | None = None
    movement: str | None = None
    programme: str = "national"
    sample: bool = False

    def check(self, reader: Reader) -> None:
        """Raises UsageError for a question that cannot be asked, and for a release, which holds no ledger."""
        if reader.release is not None:
            raise UsageError("发布里没有台账；请从构建读 (a release holds no ledger: read the build)")
        if not PERIOD.fullmatch(self.period):
            raise UsageError(f"报告期“{self.period}”应为 2023 或 2023-06 (a year or a month is needed)")
        dims = {"source": self.source, "level": self.group}
        for name, code in dims.items():
            if code:
                Question("funds_arrived", self.area, self.period, {name: code}, self.programme).check(reader.catalogue)
        Question("funds_arrived", self.area, self.period, programme=self.programme).check(reader.catalogue)
        for what, value, known in (
            ("账户 account", self.account, ACCOUNTS),
            ("科目 movement", self.movement, tuple(reader.catalogue.codelist("fund_movements"))),
        ):
            if value is not None and value not in known:
                raise UsageError(f"没有{what} {value}；可用：{'、'.join(known)} (no such one)")

    @property
    def periods(self) -> list[str]:
        """A year is its own returns, and December of what is filed by month."""
        return [self.period] if len(self.period) == 7 else [self.period, f"{self.period}-12"]

    @property
    def can_answer(self) -> Mapping[str, Iterable[str]]:
        """What alone the views read: the rows of other periods are millions."""
        return {"periods": self.periods}

    @property
    def condition(self) -> tuple[str, list[Any]]:
        sql, parameters = IN_AREA, [self.sample, self.programme, self.periods, self.area]
        for text, value in (
            ("(source = ? or source_group = ?)", self.source),
            ("level = ?", self.group),
            ("account = ?", self.account),
            ("movement = ?", self.movement),
        ):
            if value is not None:
                sql += f" and {text}"
                parameters += [value] * text.count("?")
        return sql, parameters


def ledger(reader: Reader, asked: Asked) -> Iterator[dict[str, Any]]:
    """Every row, one after the other in a fixed order, keyed as COLUMNS; amount an exact decimal in yuan as text.

    Raises: UsageError for a question that cannot be asked.
    """
    asked.check(reader)
    return _rows(reader, asked)


def _rows(reader: Reader, asked: Asked) -> Iterator[dict[str, Any]]:
    book = reader.catalogue
    sources, movements = book.codelist("fund_sources"), book.codelist("fund_movements")
    where, parameters = asked.condition
    maps: dict[str | None, dict[str, Place]] = {None: {}}
    for row in reader.stream(
        f"select * from fct_fund_ledger where {where} order by {ORDER}", parameters, asked.can_answer
    ):
        if (key := row["map_id"]) not in maps:
            maps[key] = column_maps_of(reader.home, [key]).get(key, {})
        sheet, cell = maps[key].get(row["field"], [None, None])
        row["sheet"], row["cell"] = sheet, f"{cell}{row['row_no']}" if cell and row["row_no"] else cell
        row["marker"] = SAMPLE_MARK if asked.sample else ""
        row["unit_name"] = book.area(row["unit_code"]).name_zh
        row["movement_zh"] = movements[row["movement"]]["name_zh"]
        row["source_zh"] = sources[row["source"]]["name_zh"] if row["source"] in sources else None
        row["amount"] = json_number(row["amount"], "元")
        day = row["first_arrived_on"]
        row["first_arrived_on"] = day.isoformat() if day else None
        yield {name: row[name] for name, _ in COLUMNS}


def count(reader: Reader, asked: Asked) -> int:
    """How many rows there are. Raises: UsageError for a question that cannot be asked."""
    asked.check(reader)
    where, parameters = asked.condition
    rows = reader.rows(f"select count(*) as n from fct_fund_ledger where {where}", parameters, asked.can_answer)
    return int(rows[0]["n"])


def summary(reader: Reader, asked: Asked) -> dict[str, Any]:
    """What the rows add up to by account and movement, and which identities of the same units and periods do not hold.

    Returns: {area, area_name, period, programme, sample_data, as_of, rows, sums: [{account, span, movement, name_zh,
        name_en, amount, rows, units}], identities: {holds, cannot_tell, violated: [{unit_code, unit_name, period, account,
        source, opening, arrived, paid, returned, closing, residual, closing_before, opening_gap}]}}.
        sums: of rows that count; of a source or group its own rows, else those that are no part of another. Yuan as text.
    Raises: UsageError for a question that cannot be asked.
    """
    asked.check(reader)
    where, parameters = asked.condition
    whole = "counts" if asked.source or asked.group else "counts and not is_part"
    sums = reader.rows(
        f"""select account, span, movement, sum(amount) as amount, count(*) as rows, count(distinct unit_code) as units
            from fct_fund_ledger where {where} and {whole} group by all order by account, movement""",
        parameters,
        asked.can_answer,
    )
    names = reader.catalogue.codelist("fund_movements")
    order = {code: n for n, code in enumerate(names)}
    sums.sort(key=lambda r: (ACCOUNTS.index(r["account"]), order[r["movement"]]))
    answer: dict[str, Any] = {
        "area": asked.area,
        "area_name": reader.catalogue.area(asked.area).name_zh,
        "period": asked.period,
        "programme": asked.programme,
        "sample_data": asked.sample,
        "as_of": reader.as_of,
        "rows": count(reader, asked),
        "sums": [
            {
                **{k: r[k] for k in ("account", "span", "movement", "rows", "units")},
                "name_zh": names[r["movement"]]["name_zh"],
                "name_en": names[r["movement"]]["name_en"],
                "amount": json_number(r["amount"], "元"),
            }
            for r in sums
        ],
        "identities": _identities(reader, asked),
    }
    return answer | ({"marker": SAMPLE_MARK} if asked.sample else {})


def _identities(reader: Reader, asked: Asked) -> dict[str, Any]:
    rows = reader.rows(
        f"select * from fct_fund_identities where {IN_AREA} order by account, unit_code, source",
        [asked.sample, asked.programme, asked.periods, asked.area],
    )
    amounts = ("opening", "arrived", "paid", "returned", "closing", "residual", "closing_before", "opening_gap")
    return {
        "holds": sum(r["verdict"] == "holds" for r in rows),
        "cannot_tell": sum(r["verdict"] == "cannot_tell" for r in rows),
        "violated": [
            {
                "unit_code": r["unit_code"],
                "unit_name": reader.catalogue.area(r["unit_code"]).name_zh,
                "period": r["period"],
                "account": r["account"],
                "source": r["source"] or None,
                **{name: json_number(r[name], "元") for name in amounts},
            }
            for r in rows
            if r["verdict"] == "violated"
        ],
    }


def projects(reader: Reader, asked: Asked) -> list[dict[str, Any]]:
    """Money by approval project, life to date as of the month (of a year: its December); yuan and m² as exact text."""
    asked.check(reader)
    rows = reader.rows(
        f"select * from fct_fund_projects where {IN_AREA} order by unit_code, period, proj_id, cohort_year",
        [asked.sample, asked.programme, asked.periods, asked.area],
        asked.can_answer,
    )
    return [{k: plain(v) if isinstance(v, Decimal) else v for k, v in row.items()} for row in rows]


def file_of(rows: Iterable[dict[str, Any]], suffix: str, asked: Asked) -> bytes:
    """The rows as csv or xlsx, a heading first. Raises UsageError for another format, or more rows than a sheet holds."""
    title, sheet = _names(asked)
    return outputs.table_bytes(list(_table(rows)), suffix, title=title, sheet=sheet, numbers=AMOUNTS)


def write_file(path: Path, rows: Iterable[dict[str, Any]], count: int, suffix: str, asked: Asked) -> None:
    """The same as a file, written as the rows come. Raises: as `file_of`."""
    title, sheet = _names(asked)
    outputs.write_table(path, _table(rows), count, suffix, title=title, sheet=sheet, numbers=AMOUNTS)


def _table(rows: Iterable[dict[str, Any]]) -> Iterator[list[str]]:
    names = [name for name, _ in COLUMNS]
    yield [f"{zh} {name}" for name, zh in COLUMNS]
    yield from (outputs.texts(row, names) for row in rows)


def _names(asked: Asked) -> tuple[str, str]:
    """Title and name of the sheet."""
    mark = SAMPLE_MARK if asked.sample else ""
    return f"{mark} 资金台账 {asked.area} {asked.period}".strip(), f"{mark} ledger".strip()
