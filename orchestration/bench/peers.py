"""The row-level rules of J4 in other libraries, as their documentation advises, for the benchmarks alone.

Each says the rules that it has words for; a violation is (rule, column, row). Their rules are written here by hand: what
is measured is how they are meant to be written. Needs the development environment.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Any

from ingestion.errors import SetupError
from quality.audit.compile import Check
from quality.audit.relations import period_end

if TYPE_CHECKING:
    from orchestration.bench.rosters import Roster

# rule, column a, column b: a is no more than b
PAIRS = [
    *(("J4-009", a, b) for a, b in (
        ("d_reserve", "d_plan"), ("d_vote", "d_start"), ("d_approve", "d_contract"), ("d_contract", "d_start"),
        ("d_start", "d_finish"), ("d_finish", "d_accept"), ("d_accept", "d_handover"), ("d_accept", "d_settle"),
    )),
    ("J4-013", "vote_agree", "vote_part"), ("J4-013", "vote_part", "vote_hh"),
    ("J4-017", "fund_paid", "fund_arr"), ("J4-019", "contract_amt", "inv_total"),
]  # fmt: skip
PAST = [("J4-010", "d_start"), ("J4-010", "d_accept")]  # no later than the end of the period
NEEDS = [("J4-025", "affil", ("A5", "A6"), "mil_list"), ("J4-028", "rec_status", ("M", "S"), "rec_link")]
REQUIRED = "J4-032"
RELATIONS = {  # of several columns, which only an expression says
    "J4-003": {"prior", "membership", "rec_status"}, "J4-006": {"elig", "built_first"},
    "J4-007": {"built_first", "built_last"}, "J4-018": {"inv_done_total", "inv_total"},
}  # fmt: skip


def _plain(check: Check) -> bool:
    """Whether a check is one of the lists above, or asks for a column that every row must fill."""
    if check.rule.id == REQUIRED:
        return check.required is not None and check.required.required == "always"
    known = [(rule, {a, b}) for rule, a, b in PAIRS] + [(rule, {c}) for rule, c in PAST]
    known += [(rule, {at, filled}) for rule, at, _, filled in NEEDS]
    return (check.rule.id, set(check.fields)) in known


def _frame_sql(roster: Roster) -> str:
    """The roster as a peer takes it: decimals as floats."""
    numbers = [f.id for f in roster.over.fields if f.is_number and f.id in roster.compiled.columns["J4"]]
    return f'SELECT * REPLACE ({", ".join(f"{n}::DOUBLE AS {n}" for n in numbers)}) FROM "J4" ORDER BY row_order'


def _required(roster: Roster) -> list[str]:
    return [f.id for f in roster.over.fields if f.required == "always"]


class Pandera:
    """pandera on Polars, one schema with its column and dataframe checks, lazy=True for all failure cases."""

    def __init__(self, roster: Roster) -> None:
        try:
            import pandera.polars as pa
        except ModuleNotFoundError:
            raise SetupError(
                "pandera：没有安装；计时需要开发环境 make setup (bench needs the development group)"
            ) from None
        import polars as pl

        self.frame: Any = pl.from_arrow(roster.connection.execute(_frame_sql(roster)).to_arrow_table())
        col, last = pl.col, period_end("2023-09")

        def rule(name: str, expression: Any) -> Any:
            return pa.Check(lambda data: data.lazyframe.select(expression), name=name)

        relations = {
            "J4-003": (col("prior") != "N3") | (col("membership") != "M1") | (col("rec_status") != "A"),
            "J4-006": ((col("elig") == "Y1") & (col("built_first") <= 2000))
            | ((col("elig") == "Y2") & col("built_first").is_between(2001, 2005))
            | col("elig").is_in(["Y3", "Y4"]),
            "J4-007": (col("built_last") - col("built_first") <= 15) & (col("built_last") <= 2005),
            "J4-018": col("inv_done_total") <= 1.1 * col("inv_total"),
        }
        checks = [rule(f"{r}:{a}", col(a) <= col(b)) for r, a, b in PAIRS]
        checks += [rule(f"{r}:{at}", ~col(at).is_in(list(codes)) | col(f).is_not_null()) for r, at, codes, f in NEEDS]
        checks += [rule(f"{r}:{next(iter(sorted(RELATIONS[r])))}", said) for r, said in relations.items()]
        columns = {c: pa.Column(nullable=False) for c in _required(roster)}
        for name, column in PAST:
            columns[column] = pa.Column(nullable=True, checks=pa.Check.le(last, name=f"{name}:{column}"))
        self.schema, self.errors = pa.DataFrameSchema(columns, checks=checks), pa.errors.SchemaErrors

    @staticmethod
    def says(check: Check) -> bool:
        return _plain(check) or RELATIONS.get(check.rule.id) == set(check.fields)

    def violations(self) -> list[tuple[str, str, int]]:
        try:
            self.schema.validate(self.frame, lazy=True)
        except self.errors as found:
            cases = found.failure_cases
            return [
                (*self._named(check, column), row)
                for check, column, row in cases.select("check", "column", "index").iter_rows()
            ]
        return []

    @staticmethod
    def _named(check: str, column: str) -> tuple[str, str]:
        rule, sep, at = check.partition(":")
        return (rule, at) if sep else (REQUIRED, column)


class GreatExpectations:
    """Great Expectations on pandas, one suite of its own expectations, COMPLETE results with the row numbers."""

    def __init__(self, roster: Roster) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig
        from great_expectations.expectations import core as gxe

        frame = roster.connection.execute(_frame_sql(roster)).df()
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = context.data_sources.add_pandas("frames").add_dataframe_asset("J4")
        self.batch = asset.add_batch_definition_whole_dataframe("J4").get_batch(batch_parameters={"dataframe": frame})
        made: list[Any] = [
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=b, column_B=a, or_equal=True, ignore_row_if="either_value_is_missing",
                meta={"at": (rule, a)},
            )
            for rule, a, b in PAIRS
        ]  # fmt: skip
        last = dt.datetime.combine(period_end("2023-09"), dt.time())  # pandas compares its times with no date
        made += [
            gxe.ExpectColumnValuesToBeBetween(column=c, max_value=last, meta={"at": (rule, c)}) for rule, c in PAST
        ]
        made += [
            gxe.ExpectColumnValuesToNotBeNull(
                column=filled, condition_parser="pandas", row_condition=f"{at} in {list(codes)}",
                meta={"at": (rule, at)},
            )
            for rule, at, codes, filled in NEEDS
        ]  # fmt: skip
        made += [gxe.ExpectColumnValuesToNotBeNull(column=c, meta={"at": (REQUIRED, c)}) for c in _required(roster)]
        self.suite = gx.ExpectationSuite(name="J4", expectations=made)
        self.wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row_order"]}

    @staticmethod
    def says(check: Check) -> bool:
        return _plain(check)

    def violations(self) -> list[tuple[str, str, int]]:
        outcome = self.batch.validate(self.suite, result_format=self.wanted)
        found = []
        for result in outcome.results:
            if result.expectation_config is None or "unexpected_index_list" not in result.result:
                raise SetupError(f"Great Expectations: {result.exception_info}")
            rule, column = (result.expectation_config.meta or {})["at"]
            found += [(rule, column, place["row_order"]) for place in result.result["unexpected_index_list"] or []]
        return found
