"""The indicator catalogue is whole: words in both languages, what each is made of, rounding, a gate; models name no other.

Yields (file, place, problem in Chinese, in English). Not here: formulas that name what is not there (ingestion.catalogue).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ingestion.catalogue import RULEBOOK, Catalogue
from ingestion.gating import series_of
from ingestion.indicator_model import Indicator

MODELS = RULEBOOK.parent / "dbt_project" / "models"
CHINESE, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]")
MOST_DECIMALS = 8  # what the store keeps
LITERALS = (
    re.compile(r"'([a-z]\w*)' as indicator\b"),
    re.compile(r"\bindicator\s*(?:=|<>)\s*'([a-z]\w*)'"),
    re.compile(r"\bindicator\s+(?:not\s+)?in\s*\(((?:\s*'\w+',?)+)\s*\)"),
)
Fault = tuple[str, str, str, str]


def catalogue_faults(book: Catalogue, models: Path = MODELS) -> Iterator[Fault]:
    for indicator in book.indicators.values():
        yield from _words(indicator)
        yield from _origin(book, indicator)
        if not 0 <= indicator.decimals <= MOST_DECIMALS:
            yield _fault(
                indicator,
                f"小数位 {indicator.decimals} 应在0至{MOST_DECIMALS}之间",
                f"decimals should be 0 to {MOST_DECIMALS}",
            )
        if indicator.audience == "public" and not series_of(book, indicator):
            yield _fault(indicator, "对社会公布而不经任何关口", "for the public, and no gated series stands behind it")
    yield from _models(book, models)


def _fault(indicator: Indicator, zh: str, en: str) -> Fault:
    return "indicators", indicator.id, zh, en


def _words(indicator: Indicator) -> Iterator[Fault]:
    for what, word, text in (("名称", "name", indicator.name), ("定义", "definition", indicator.definition)):
        if not CHINESE.search(text.zh):
            yield _fault(indicator, f"{what}没有中文", f"the {word} has no Chinese")
        if not LATIN.search(text.en) or CHINESE.search(text.en.replace("惠及", "")):
            yield _fault(indicator, f"{what}没有英文", f"the {word} has no English")


def _origin(book: Catalogue, indicator: Indicator) -> Iterator[Fault]:
    """What it is computed from, as its kind wants it."""
    if indicator.kind == "ratio":
        is_known = bool(indicator.numerator and indicator.denominator)
    elif indicator.kind == "scaled":
        is_known = bool(indicator.base and indicator.factor)
    else:
        printed = {
            name
            for layout in book.layouts.values()
            for sheet in layout.sheets
            for name in [*(c.indicator for c in sheet.columns), *(i.indicator for i in sheet.items)]
        }
        is_known = bool(indicator.returns or indicator.printed_as or indicator.id in printed)
    if not is_known:
        yield _fault(indicator, "没有说明由什么算出", "does not say what it is made of")
    if indicator.kind == "plan" and indicator.version is None:
        yield _fault(indicator, "没有说明计划版次", "does not say which plan version it takes")


def _models(book: Catalogue, models: Path) -> Iterator[Fault]:
    for path in sorted(models.rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        named = {name for pattern in LITERALS for found in pattern.findall(text) for name in re.findall(r"\w+", found)}
        for name in sorted(named - set(book.indicators)):
            place = f"dbt_project/models/{path.relative_to(models).as_posix()}"
            yield (
                place,
                name,
                f"模型中的指标 {name} 不在指标目录",
                f"the model names {name}, which is not in the catalogue",
            )
