"""Likeness of places: what is a candidate for a person to decide, and what is surely two."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from ingestion.similar_places import Place, is_short_form, numbers_of, root_of, similar_pairs, without_region
from ingestion.units import normalise


@pytest.mark.parametrize(
    ("text", "numbers", "root"),
    [
        ("农业局家属楼(6号)", ("6",), "农业局家属楼"), ("幸福小区二期", ("2",), "幸福小区"), ("劲松东里", ("东",), "劲松"),
        ("北里3号院", ("北", "3"), ""), ("第五小学宿舍", (), "第五小学宿舍"), ("建设小区A座", ("A",), "建设小区"),
        ("幸福小区３号楼", ("3",), "幸福小区"),
    ],
)  # fmt: skip
def test_numbers_and_roots_of_names(text: str, numbers: tuple[str, ...], root: str) -> None:
    assert numbers_of(normalise(text)) == numbers
    assert root_of(text) == root


def test_the_region_in_front_of_an_address_says_nothing() -> None:
    assert without_region("北京市海淀区 学院路街道学院路5号", ["北京市", "海淀区", "学院路街道"]) == "学院路5号"


def place(name: str, address: str, identity: str, group: str = "110108") -> Place:
    return Place(group, identity, (name,), address)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (("农业银行家属楼", "建设街20号"), ("农行家属楼", "建设街20号"), True),  # (11 + 11) ÷ (13 + 11) = 0.917
        (("农业局家属楼(6号)", "解放路15号"), ("农业局家属楼(8号)", "解放路15号"), False),
        (("幸福小区", "解放路15号"), ("幸福小区", "解放路17号"), False),
        (("幸福小区", "解放路15号"), ("幸福小区", "解放路15号院3号楼"), False),  # 2 × 10 ÷ (10 + 15) = 0.8
        (("幸福小区北院", "解放路15号"), ("幸福小区南院", "解放路15号"), False),
        (("工商局家属楼", "解放路15号"), ("农业局家属楼", "解放路15号"), False),  # 2 × 10 ÷ 24 = 0.833
        (("农业银行家属楼", ""), ("农行家属楼", ""), True),  # 0.833 by its letters, and a short form
        (("环保局家属楼", ""), ("环保局宿舍", ""), True),  # another ending that says nothing
        (("建行家属楼", ""), ("农行家属楼", ""), False),
        (("农业银行家属楼", "建设街20号"), ("农行家属楼", "新华路20号"), False),
        (("农行家属楼(6号)", ""), ("农业银行家属楼(8号)", ""), False),
        (("福泰花园(东阁)", ""), ("福泰花园(凤台)", ""), False),
        (("百货公司家属楼", ""), ("百货大楼家属院", ""), False),
        (("二轻公司", ""), ("二轻家属院", ""), False),
    ],
)  # fmt: skip
def test_what_reads_like_one_place(one: tuple[str, str], other: tuple[str, str], alike: bool) -> None:
    assert bool(similar_pairs([place(*one, "1"), place(*other, "2")], 0.9)) is alike
    assert bool(similar_pairs([place(*other, "1"), place(*one, "2")], 0.9)) is alike


def test_rows_of_one_identity_or_of_two_counties_are_not_compared() -> None:
    same = place("幸福小区", "解放路15号", "1")
    assert not similar_pairs([same, place("幸福小区", "解放路15号", "1")], 0.9)
    assert not similar_pairs([same, place("幸福小区", "解放路15号", "2", "110105")], 0.9)


@pytest.mark.parametrize(
    ("short", "long", "is_one"),
    [
        ("农行", "农业银行", True),
        ("建行", "农业银行", False),
        ("农机局", "农业机械局", True),
        ("农局", "农机", False),
        ("行", "银行", False),  # one character says nothing
        ("农业银行", "农行", False),
        ("农行", "农行", False),
    ],
)
def test_a_short_form_leaves_characters_out_and_keeps_the_ends(short: str, long: str, is_one: bool) -> None:
    assert is_short_form(short, long) is is_one


names = st.text("幸福阳光农业银行局家属楼院小区", min_size=2, max_size=9)


@given(st.lists(names, min_size=2, max_size=12), st.sampled_from([1, 7, 20_000_000]))
def test_blocks_lose_no_pair_that_reads_alike(held: list[str], scores: int) -> None:
    """Every pair by itself, against the blocks; however small the table of scores."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingestion.similar_places.SCORES", scores)
        pairs = similar_pairs([place(name, "", str(n)) for n, name in enumerate(held)], 0.9)
    for (a, one), (b, other) in combinations(enumerate(held), 2):
        if numbers_of(one) == numbers_of(other) and fuzz.ratio(one, other) >= 90:
            assert (a, b) in pairs


def test_the_likeness_of_a_short_form_is_the_threshold_and_that_of_equal_names_is_one() -> None:
    pairs = similar_pairs(
        [place(n, "", n + str(k)) for k, n in enumerate(("农行家属楼", "农业银行家属楼", "农行家属楼"))], 0.9
    )
    assert pairs == {(0, 1): 0.9, (1, 2): 0.9, (0, 2): 1.0}
