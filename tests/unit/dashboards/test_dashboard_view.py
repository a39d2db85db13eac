"""Addresses: there and back, and what is refused."""

from __future__ import annotations

import pytest

from dashboards.view import BadView, View, parse_view
from ingestion.catalogue import catalogue


def parsed(address: str) -> View:
    path, _, search = address.partition("?")
    return parse_view(path, f"?{search}" if search else "", catalogue())


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/progress?area=370000&period=2023-09&release=2023-09-provisional-01&data=sample&lang=en",
        "/progress?measure=started_communities&map=tiles",
        "/benefit?period=2019/2022",
        "/trace?area=000000&period=2023-09&indicator=started_communities&at=3",
        "/trace?area=110000&period=2023-12&indicator=funds_arrived&dim=source=F11&data=sample",
        "/trace?area=430212&period=2020&indicator=execution_rate&programme=local",
        "/trace?area=000000&period=2012-09-01/2022-08-31&indicator=started_communities",
    ],
)
def test_an_address_comes_back_as_it_was(address: str) -> None:
    assert parsed(address).address == address


def test_defaults_are_left_out_of_the_address() -> None:
    assert parsed("/overview?data=real&lang=zh&map=map&programme=national&flow=0&at=0").address == "/"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/nonsense", "没有页面"),
        ("/progress?area=999999", "地区代码"),
        ("/progress?area=37'; drop table", "地区代码"),
        ("/progress?period=2023-13", "报告期"),
        ("/progress?period=2023/2019", "报告期"),
        ("/progress?period=yesterday", "报告期"),
        ("/progress?data=both", "data"),
        ("/progress?lang=de", "lang"),
        ("/progress?map=globe", "map"),
        ("/progress?release=../../etc", "没有发布"),
        ("/progress?measure=nothing", "measure"),
        ("/progress?colour=red", "没有参数"),
        ("/progress?area=370000&area=110000", "两次"),
        ("/trace?indicator=started_communities", "溯源"),
        ("/trace?indicator=nothing&area=000000&period=2023", "indicator"),
        ("/trace?indicator=started_communities&area=000000&period=2023&dim=source", "dim"),
        ("/trace?indicator=funds_arrived&area=000000&period=2023&dim=source=F98", "F98"),
        ("/trace?indicator=started_communities&area=000000&period=2023&flow=1", "flow"),
        ("/trace?indicator=started_communities&area=000000&period=2023&at=-1", "at"),
        ("/trace?indicator=started_communities&area=000000&period=2023&at=９", "at"),
        ("/progress?" + "&".join(f"a{n}=1" for n in range(80)), "网址"),
        ("/progress?area=%ff%fe", "网址"),
    ],
)
def test_what_is_not_understood_is_said_in_both_languages(address: str, words: str) -> None:
    with pytest.raises(BadView, match=words) as caught:
        parsed(address)
    assert caught.value.words.zh and caught.value.words.en
    assert not any("\u4e00" <= c <= "\u9fff" for c in caught.value.words.en.replace("电", ""))


def test_a_refusal_keeps_the_language_of_the_address() -> None:
    with pytest.raises(BadView) as caught:
        parsed("/progress?lang=en&area=1")
    assert caught.value.lang == "en"


def test_pages_share_the_filters_and_traces_carry_them() -> None:
    view = parsed("/progress?area=370000&period=2023-09&data=sample&lang=en&map=tiles")
    assert view.to("funds").address == "/funds?area=370000&period=2023-09&data=sample&lang=en"
    trace = view.trace("funds_arrived", "370000", "2023-09", "source=F11", "national", "flow")
    assert trace.question.dims == {"source": "F11"} and trace.question.flow and trace.question.sample
    assert trace.lang == "en"
