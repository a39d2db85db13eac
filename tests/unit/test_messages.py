"""Errors speak both languages: Chinese, and English beside it in brackets at the end, whichever command prints them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("ingestion", "quality", "filings", "dashboards", "orchestration")
IN_TURN = {"UnreadableFile": 1, "BadView": 0, "refuse": 1}  # callables that take (zh, en) from this argument on
IN_ENGLISH = {"SetupError", "BuildFailed"}  # a fault of the rule book, or what dbt said: file, place, fault
HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH_LAST = re.compile(r"\((?:[^\u4e00-\u9fff]*[a-z]{2}[^\u4e00-\u9fff]*|\x00)\)[^\u4e00-\u9fff]*$")


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call of a room: where it stands, what is called."""
    for path in sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield f"{path.relative_to(ROOT)}:{node.lineno}", name, node


def _kinds() -> set[str]:
    """What people see in one line on stderr: JiugaiError, what is derived from it, and the same of click."""
    derived = {"JiugaiError", "ClickException", "UsageError", "BadParameter"}
    classes = [
        node
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    while more := {c.name for c in classes if any(getattr(b, "id", "") in derived for b in c.bases)} - derived:
        derived |= more
    return derived


def _texts(node: ast.expr) -> list[str]:
    """What the argument may say, each placeholder as one sign; an either-or says each."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return ["".join(v.value if isinstance(v, ast.Constant) else "\0" for v in node.values)]
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return [text.replace("{}", "\0") for text in _texts(node.func.value)]
    if isinstance(node, ast.BinOp):
        return [a + b for a in _texts(node.left) or ["\0"] for b in _texts(node.right) or ["\0"]]
    return []


def test_every_error_is_said_in_chinese_and_in_english() -> None:
    kinds = _kinds()
    assert {"SetupError", "UsageError", "RetriableError", "BuildFailed", "NothingFiled"} <= kinds
    seen, wrong = 0, []
    for where, name, call in _calls():
        on_stderr = name == "echo" and any(k.arg == "err" for k in call.keywords)
        if name in IN_TURN:
            zh, en = ("".join(_texts(a)) for a in call.args[IN_TURN[name] :][:2])
            wrong += [
                (where, text)
                for text, is_wrong in ((zh, not HAN.search(zh)), (en, HAN.search(en)))
                if is_wrong and text
            ]
        elif (name in kinds or on_stderr) and call.args:
            for text in _texts(call.args[0]):
                seen += 1
                if HAN.search(text):
                    wrong += [] if ENGLISH_LAST.search(text) else [(where, text)]
                elif re.search(r"[a-z]{3}", text.replace("jiugai", "")) and name not in IN_ENGLISH:
                    wrong.append((where, text))
    assert seen > 150
    assert wrong == []
