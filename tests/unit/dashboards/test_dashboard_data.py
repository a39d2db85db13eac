"""From rows of the mart to frames: gaps, alternatives, the wall between real and sample, releases."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from dashboards import data
from filings.figures import Reader
from tests.unit.dashboards.rows import figure_row

ReaderOf = Callable[..., Reader]


def test_yearly_starts_holds_every_year_the_chosen_figure_and_its_alternatives(reader_of: ReaderOf) -> None:
    frame = data.yearly_starts(
        reader_of(
            [
                figure_row("started_communities", "2020", "40279", printed="40279个"),
                figure_row("started_communities", "2020", "40300", printed="4.03万个", choice_rank=2),
                figure_row("plan_communities", "2020", "39000"),
                figure_row("started_communities", "2022", "52500"),
            ]
        )
    )
    assert frame.ordered("period") == ["2019", "2020", "2021", "2022"]
    chosen = frame.point("started_communities", period="2020")
    assert chosen is not None and chosen.value == Decimal("40279") and chosen.printed == "40279个"
    assert [p.value for p in frame.alternatives("started_communities", "2020")] == [Decimal("40300")]
    gap = frame.point("started_communities", period="2021")
    assert gap is not None and gap.is_gap and gap.obs_status == "L" and gap.reason_zh and gap.reason_en
    assert frame.coverage.given == 3 and frame.coverage.asked == 8 and frame.coverage.units is None


def test_real_frames_never_see_sample_rows_nor_other_programmes(reader_of: ReaderOf) -> None:
    reader = reader_of(
        [
            figure_row("started_communities", "2023", "53700"),
            figure_row("started_communities", "2023", "1", is_sample=True, source_kind="sample"),
            figure_row("started_communities", "2023", "2", programme="local"),
        ]
    )
    for frame in (data.yearly_starts(reader), data.overview(reader)):
        assert {p.value for p in frame.points + frame.others if p.value is not None} == {Decimal(53700)}
        assert not frame.is_sample


def test_a_ratio_is_divided_here_and_keeps_its_operands(reader_of: ReaderOf) -> None:
    reader = reader_of(
        [
            figure_row("funds_allotted", "2020", "2000000", programme="local", area_code="430212"),
            figure_row("funds_paid", "2020", "668600", programme="local", area_code="430212"),
            figure_row(
                "execution_rate",
                "2020",
                None,
                numerator="668600",
                denominator="2000000",
                programme="local",
                area_code="430212",
            ),
        ]
    )
    assert data.fund_accounts(reader) == [("local", "430212", ["2020"])]
    frame = data.funds_account(reader, "local", "430212", ["2020"])
    rate = frame.point("execution_rate")
    assert rate is not None and rate.value == Decimal("33.43") and rate.numerator == Decimal(668600)
    missing = frame.point("arrival_rate")
    assert missing is not None and missing.is_gap and "缺" in missing.reason_zh
    assert data.reported_rates(reader, frame) == []  # a home without a register has no findings


def test_fund_accounts_keep_a_year_that_was_never_printed(reader_of: ReaderOf) -> None:
    rows = [
        figure_row("funds_allotted", year, "1", programme="subsidy", area_code="370000") for year in ("2017", "2019")
    ]
    assert data.fund_accounts(reader_of(rows)) == [("subsidy", "370000", ["2017", "2018", "2019"])]


def test_provinces_are_32_in_code_order_with_the_corps_last(reader_of: ReaderOf) -> None:
    reader = reader_of([figure_row("started_communities", "2023-09", "270", area_code="110000")])
    codes = data.provinces(reader)
    assert len(codes) == 32 and codes == sorted(codes) and codes[-1] == "660000"
    frame = data.province_table(reader, "2023-09")
    assert frame.ordered("area") == codes and frame.coverage.areas == (1, 32)


def test_province_periods_prefer_the_full_table_of_september_2023(reader_of: ReaderOf) -> None:
    rows = [
        figure_row("started_communities", period, "1", area_code=area)
        for period, areas in (
            ("2023-06", ["110000", "120000"]),
            ("2023-09", ["110000", "120000"]),
            ("2024-05", ["110000", "120000"]),
            ("2024-08", ["110000"]),
        )
        for area in areas
    ]
    assert data.province_periods(reader_of(rows)) == ["2023-09", "2024-05"]
    assert data.province_periods(reader_of(rows[-1:])) == ["2024-08"]


def test_a_release_says_what_it_does_not_hold(reader_of: ReaderOf) -> None:
    reader = reader_of([figure_row("started_communities", "2023-09", "51294")], release="2023-09-provisional-01")
    overview = data.overview(reader)
    assert overview.release == "2023-09-provisional-01" and overview.ordered("period") == ["2023-09"]
    plan = overview.point("plan_communities")
    assert plan is not None and plan.is_gap and plan.reason_zh == "本次发布不含"
    assert not data.yearly_starts(reader).has_data and not data.benefited_households(reader).has_data
    assert data.monthly_progress(reader).ordered("period")[0] == "2023-01"


def test_filing_status_is_absent_from_a_release_and_from_nothing_else(reader_of: ReaderOf) -> None:
    reader = reader_of([], release="r")
    frame = data.filing_status(reader)
    assert not frame.available and not frame.has_data
    reader.connection.execute(
        "create table fct_return_status as select true as is_sample, 'J2' as form, '2023-04' as period, '110117' as"
        " unit_code, '110000' as province_code, 'missing' as status, 0 as versions, null::varchar as received_at,"
        " true as is_missing"
    )
    [cell] = data.filing_status(reader).cells
    assert cell.unit_zh == "平谷区" and cell.status == "missing" and cell.received_at is None


def test_sample_area_is_the_one_province_with_samples(reader_of: ReaderOf) -> None:
    rows = [
        figure_row("started_communities", "2023-12", "5", is_sample=True, source_kind="sample", area_code=area)
        for area in ("000000", "110000", "110101", "110102")
    ]
    reader = reader_of(rows)
    assert data.sample_area(reader) == ("110000", ["110101", "110102"])
    frame = data.county_progress(reader)
    assert frame.is_sample and frame.ordered("area") == ["110101", "110102"]
    assert data.sample_area(reader_of([])) is None
