"""From rows of the mart to frames: gaps, alternatives, the wall between real and sample, releases."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from dashboards.data import effects, money, progress, quality, reading
from filings.reader import Reader
from ingestion.catalogue import NATION
from tests.unit.dashboards.rows import figure_row

ReaderOf = Callable[..., Reader]


def test_yearly_starts_holds_every_year_the_chosen_figure_and_its_alternatives(reader_of: ReaderOf) -> None:
    frame = progress.yearly_starts(
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
    for frame in (progress.yearly_starts(reader), progress.key_figures(reader, NATION, "2023", False)):
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
    assert money.other_accounts(reader) == [("local", "430212", ["2020"])]
    frame = money.account(reader, "local", "430212", ["2020"], dims=("source",))
    rate = frame.point("execution_rate")
    assert rate is not None and rate.value == Decimal("33.43") and rate.numerator == Decimal(668600)
    missing = frame.point("arrival_rate")
    assert missing is not None and missing.is_gap and "缺" in missing.reason_zh
    assert money.reported_rates(reader, frame) == []  # a home without a register has no findings


def test_fund_accounts_keep_a_year_that_was_never_printed(reader_of: ReaderOf) -> None:
    rows = [
        figure_row("funds_allotted", year, "1", programme="subsidy", area_code="370000") for year in ("2017", "2019")
    ]
    assert money.other_accounts(reader_of(rows)) == [("subsidy", "370000", ["2017", "2018", "2019"])]


def test_provinces_are_32_in_code_order_with_the_corps_last(reader_of: ReaderOf) -> None:
    reader = reader_of([figure_row("started_communities", "2023-09", "270", area_code="110000")])
    codes = reading.provinces(reader)
    assert len(codes) == 32 and codes == sorted(codes) and codes[-1] == "660000"
    frame = progress.province_table(reader, "2023-09", False)
    assert frame.ordered("area") == codes and frame.coverage.areas == (1, 32)


def test_province_period_is_the_latest_of_the_fullest_months(reader_of: ReaderOf) -> None:
    rows = [
        figure_row("started_communities", period, "1", area_code=area)
        for period, areas in (
            ("2023-06", ["110000", "120000"]),
            ("2023-09", ["110000", "120000"]),
            ("2024-08", ["110000"]),
            ("2024", ["110000", "120000", "130000"]),
        )
        for area in areas
    ]
    assert progress.province_period(reader_of(rows), False) == "2023-09"
    assert progress.province_period(reader_of(rows[-3:]), False) == "2024"


def test_the_map_shows_first_what_names_its_base(reader_of: ReaderOf) -> None:
    rates = ("start_rate_communities_printed", "start_rate_communities_plan_first")
    rows = [figure_row("started_communities", "2023-09", "1", area_code="110000")]
    rows += [
        figure_row(i, "2023-09", None, numerator="1", denominator="2", area_code="110000", is_sample=i == rates[1])
        for i in rates
    ]
    reader = reader_of(rows)
    assert progress.measures_at(reader, "2023-09", False) == [rates[0], "started_communities"]
    assert progress.measures_at(reader, "2023-09", True) == [rates[1]]


def test_a_release_says_what_it_does_not_hold(reader_of: ReaderOf) -> None:
    reader = reader_of([figure_row("started_communities", "2023-09", "51294")], release="2023-09-provisional-01")
    overview = progress.key_figures(reader, NATION, progress.overview_period(reader, NATION, False), False)
    assert overview.release == "2023-09-provisional-01" and overview.ordered("period") == ["2023-09"]
    plan = overview.point("plan_communities")
    assert plan is not None and plan.is_gap and plan.reason_zh == "本次发布不含"
    assert not progress.yearly_starts(reader).has_data and not progress.benefited(reader).has_data
    assert progress.monthly_progress(reader).ordered("period")[0] == "2023-01"


def test_filing_status_is_absent_from_a_release_and_from_nothing_else(reader_of: ReaderOf) -> None:
    reader = reader_of([], release="r")
    frame = quality.filing_status(reader, NATION, True)
    assert not frame.available and not frame.has_data
    reader.connection.execute(
        "create table fct_return_status as select true as is_sample, 'J2' as form, '2023-04' as period, '110117' as"
        " unit_code, '110000' as province_code, 'missing' as status, 0 as versions, null::varchar as received_at,"
        " true as is_missing"
    )
    [cell] = quality.filing_status(reader, NATION, True).cells
    assert cell.unit_zh == "平谷区" and cell.status == "missing" and cell.received_at is None
    assert quality.filing_status(reader, "110000", True).cells == (cell,)
    assert quality.filing_status(reader, "120000", True).cells == ()
    assert quality.filing_status(reader, NATION, False).cells == ()


def test_sample_area_is_the_one_province_with_samples(reader_of: ReaderOf) -> None:
    rows = [
        figure_row("started_communities", "2023-12", "5", is_sample=True, source_kind="sample", area_code=area)
        for area in ("000000", "110000", "110101", "110102")
    ]
    reader = reader_of(rows)
    assert progress.top_area(reader, True) == "110000" and progress.top_area(reader, False) == NATION
    assert progress.units_below(reader, "110000", "2023-12", True) == ["110101", "110102"]
    frame = progress.unit_progress(reader, "110000", "2023-12", True)
    assert frame.is_sample and frame.ordered("area") == ["110101", "110102"]


def test_a_county_that_ended_is_listed_in_its_own_periods(reader_of: ReaderOf) -> None:
    held = (("370634", "2020-12"), ("370614", "2021-12"), ("370602", "2020-12"), ("370602", "2021-12"))
    reader = reader_of([figure_row("started_communities", period, "5", area_code=area) for area, period in held])
    assert progress.units_below(reader, "370600", "2020-12", False) == ["370602", "370634"]
    assert progress.units_below(reader, "370600", "2021-12", False) == ["370602", "370614"]


def test_effects_keep_years_and_windows_apart(reader_of: ReaderOf) -> None:
    reader = reader_of(
        [
            figure_row("effect_elev", "2021", "100"),
            figure_row("effect_elev", "2023", "300"),
            figure_row("effect_elev", "2019/2023", "9000"),
            figure_row("effect_elev", "2019-01-01/2022-10-31", "7000"),
        ]
    )
    yearly = effects.yearly(reader, NATION, False)
    assert [(p.key.period, p.value) for p in yearly.points] == [("2021", Decimal(100)), ("2023", Decimal(300))]
    windows = effects.cumulative(reader, NATION, False)
    assert windows.ordered("period") == ["2019-01-01/2022-10-31", "2019/2023"]


def test_the_chain_of_funds_asks_every_step(reader_of: ReaderOf) -> None:
    rows = [
        figure_row("funds_arrived", "2023-12", "10", is_sample=True, source_kind="sample"),
        figure_row("funds_arrived", "2023-12", "4", is_sample=True, dim_name="level", dim_code="central"),
    ]
    reader = reader_of(rows)
    frame = money.chain(reader, NATION, "2023-12", True)
    assert [p.key.indicator for p in frame.points[:7]] == list(money.CHAIN)
    assert {p.key.indicator for p in frame.points if not p.is_gap} == {"funds_arrived"}
    assert money.has_dimension(reader, NATION, "2023-12", "level", True)
    assert not money.has_dimension(reader, NATION, "2023-12", "source", True)
    by_level = money.account(reader, "national", NATION, ["2023-12"], dims=("level",), sample=True)
    assert by_level.point("funds_arrived", dim="central").dim_zh.startswith("中央")  # type: ignore[union-attr]
