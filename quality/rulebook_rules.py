"""Rules of a rule book: each by itself with its worked examples, and all of a form together.

Not here: files, references and what is published (rulebook_checks.py), how it is proved (quality.proof).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingestion.catalogue import Catalogue, load_yaml
from ingestion.errors import SetupError
from ingestion.form_model import FieldSet
from ingestion.rule_model import Rule
from quality.audit.compile import compile_rules
from quality.audit.examples import placeholders, run_examples
from quality.audit.levels import ANY
from quality.audit.messages import filled
from quality.audit.templates import fields_of
from quality.proof.witness import Proof, prove
from quality.rulebook_problems import Problem, of_error

LONGEST_MESSAGE = 120
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# what the relations between levels, counties and marks fill in (quality.audit.levels, quality.audit.counties)
OF_LEVELS = {"own", "calc", "units", "diff", "missing", "names", "label", "label_en", "expected", "found", "code", "unit",
             "place"}  # fmt: skip


def rule_problems(book: Catalogue) -> Iterator[Problem]:
    """Each rule by itself, so that a fault in one hides none in another."""
    files = _rule_files(book.root)
    for form, rules in book.rules.items():
        for rule in rules:
            file = files[rule.id]
            yield from _reasons(rule, file, book)
            if form == ANY:
                yield from _message(rule, file, OF_LEVELS)
                yield from _of_the_book(rule, file, book)
            elif form not in book.forms:
                yield Problem(file, rule.id, f"没有表 {form}", f"no form {form}")
            else:
                yield from _rule(rule, file, book)


def _rule(rule: Rule, file: str, book: Catalogue) -> Iterator[Problem]:
    try:
        compiled = compile_rules(book.form(rule.form), [rule], book)
        yield from _message(rule, file, placeholders(rule, book))
        for fault in run_examples(rule, book):
            zh, _, en = fault.removeprefix(f"{rule.id}: ").partition(" (")
            yield Problem(file, rule.id, zh, en.removesuffix(")") or zh)
    except SetupError as error:
        yield Problem(file, *_after_file(error))
        return
    for check in compiled.checks:
        yield from _units(rule, file, check.over, book)


def _of_the_book(rule: Rule, file: str, book: Catalogue) -> Iterator[Problem]:
    """Relations that the rule book itself must satisfy: ratios that stay apart, targets whose difference is explained."""
    wrong = []
    for names in rule.params.get("apart", []):
        found = [i for name in names if (i := book.indicators.get(name)) and i.kind == "ratio"]
        tops, bottoms = ({getattr(i, side) for i in found} - {None} for side in ("numerator", "denominator"))
        if min(len(tops), len(bottoms)) < len(names):
            wrong.append("、".join(names))
    explained = {key for e in book.explanations.totals for key in (e.total_id, *e.against)}
    known = {t.total_id for t in book.control_totals}
    for total_id in rule.params.get("totals", []):
        if total_id not in known or not {total_id, total_id.split("-")[0]} & explained:
            wrong.append(total_id)
    for label in wrong:
        zh, en = (filled(text, {"label": label}) for text in (rule.message.zh, rule.message.en))
        yield Problem(file, rule.id, zh, en)


def _after_file(error: SetupError) -> tuple[str, str, str]:
    problem = of_error(error)
    return problem.place, problem.problem_zh, problem.problem_en


def _rule_files(root: Path) -> dict[str, str]:
    """rule id → the file that it stands in."""
    return {
        str(row["id"]): path.relative_to(root).as_posix()
        for path in sorted((root / "rules").glob("*.yaml"))
        for row in load_yaml(path)["rules"]
    }


def _reasons(rule: Rule, file: str, book: Catalogue) -> Iterator[Problem]:
    for code in rule.reasons:
        if code not in book.codelist("explain_reasons"):
            yield Problem(file, rule.id, f"没有原因代码 {code}", f"no reason {code}")


def _message(rule: Rule, file: str, known: set[str]) -> Iterator[Problem]:
    for lang, text in (("zh", rule.message.zh), ("en", rule.message.en)):
        if not text.strip():
            yield Problem(file, rule.id, f"message.{lang} 为空", f"message.{lang} is empty")
        if len(text) > LONGEST_MESSAGE:
            yield Problem(file, rule.id, f"message.{lang} 长 {len(text)} 字，最多 {LONGEST_MESSAGE}",
                          f"message.{lang} has {len(text)} characters, at most {LONGEST_MESSAGE}")  # fmt: skip
        for name in PLACEHOLDER.findall(text):
            if name not in known:
                yield Problem(file, rule.id, f"message.{lang} 中的 {{{name}}} 不存在", f"message.{lang}: no {{{name}}}")


def _units(rule: Rule, file: str, fields: FieldSet, book: Catalogue) -> Iterator[Problem]:
    """A total and its parts, a value and what bounds it, are in one unit, or 万元 would be added to 元."""
    p = rule.params
    limit = str(p.get("within", p.get("equals")))
    if "parts" in p:
        names = [str(p.get("total")), *(str(part).lstrip("-") for part in p["parts"])]
    elif limit in fields.by_id:
        names = [limit, *fields_of(rule, fields)]
    else:
        return
    units = {fields.by_id[n].unit for n in names if n in fields.by_id}
    if len(units) > 1:
        listed = "、".join(sorted(str(u) for u in units))
        yield Problem(file, rule.id, f"两边的计量单位不同：{listed}", f"units differ: {listed}")


def prove_what_compiles(book: Catalogue) -> list[Proof]:
    """Proofs of all forms; none while a rule is outside the language, which is a problem of its own."""
    try:
        return prove(book)
    except SetupError:
        return []


def contradictions(proofs: Sequence[Proof], book: Catalogue) -> Iterator[Problem]:
    """Rules that no return can pass together, each set named once, at the last of its rules."""
    files = _rule_files(book.root)
    where: dict[tuple[str, ...], list[str]] = {}
    for proof in proofs:
        for rules in proof.conflicts:
            where.setdefault(rules, []).append(f"{proof.form} {proof.of}")
        if proof.undecided:
            yield Problem(files[book.rules[proof.form][0].id], f"{proof.form} {proof.of}", "求解器在时限内没有结论，不知是否有报送能通过全部错误级规则",
                          "the solver gave up: whether any return passes every error rule is not known")  # fmt: skip
        for rule in proof.fired:
            yield Problem(files[rule], rule, f"没有找到能通过本规则的 {proof.form} 报送（{proof.of}）",
                          f"no {proof.form} return was found that passes it ({proof.of})")  # fmt: skip
    for rules, forms in where.items():
        named, places = "、".join(rules), "，".join(forms)
        yield Problem(
            files[rules[-1]], rules[-1], f"{named} 不能同时成立：没有报送能都被判断又都通过（{places}）；至少改一条",
            f"{', '.join(rules)} cannot hold together: no return can be judged by all and pass ({places}); change one",
        )  # fmt: skip
