"""`jiugai demo`: the whole line on a fresh home, at one command. Calls the same functions as daily work does.

History is back-filled: publications are known from the day they were printed, sample returns carry the times at which
they would have come in. Everything after receipt runs as Dagster jobs in this process, so that its UI shows them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ingestion.catalogue import catalogue
from ingestion.errors import UsageError
from ingestion.samples import Delivery, generate
from ingestion.transcripts import write_source
from orchestration.display import progress_of
from quality.arrivals import Arrival
from quality.decisions import decide, explain, unexplained
from quality.receive import Receiver

APPROVER = "演示批准人（模拟）"
REVIEWER = "上级审核人（模拟）"
# What the senders of the sample returns answer to a warning: rule → reason code, words. Other rules: true as reported.
REASONS = {
    "J2-015": ("W3", "模拟说明：两个小区已动工，待补入下次计划调整"),
    "J2-023": ("W6", "模拟说明：往年资金结转，项目待竣工决算后支付"),
    "J2-024": ("W8", "模拟说明：上月集中改造往年结转小区，投资与开工不同步"),
}
AS_REPORTED = ("W8", "模拟说明：经核对情况属实")
NEVER_EXPLAINED = {("J2", "110109", "2023-11")}  # planted: this month of this unit stays open, for everybody to see
RELEASES = [  # period, kind or filing of the calendar, sample
    ("2022", "final", False),
    ("2023-09", "provisional", False),
    ("2023-09", "provisional", True),
    ("2023", "annual_plan", True),
    ("2023", "annual_starts_and_funds", True),
    ("2023", "annual_effects", True),
]


def receive_publications(
    receiver: Receiver, folder: Path, progress: Callable[[int, int], None] | None = None
) -> Counter[str]:
    """Write every source of the rule book as the workbook it was, and receive it. Returns verdict counts."""
    book = catalogue()
    counts: Counter[str] = Counter()
    sources = list(book.sources.values())
    for n, source in enumerate(sources, start=1):
        path = folder / f"{source.id}.xlsx"
        if path.exists() or write_source(source, book, path):
            for answer in receiver.receive([path], source_id=source.id):
                counts[answer["verdict"]] += 1
        if progress:
            progress(n, len(sources))
    return counts


@contextmanager
def sample_returns(folder: Path, seed: int) -> Iterator[Callable[[], list[Delivery]]]:
    """The sample returns of 北京, written by a process of its own meanwhile; asking for them waits until all are there."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as writer:
        yield writer.submit(generate, folder, seed).result


def receive_samples(
    receiver: Receiver, deliveries: Sequence[Delivery], progress: Callable[[int, int], None] | None = None
) -> Counter[str]:
    """Receive each return at its back-filled time; warnings are explained and decided.

    Returns what became of them: counts by status.
    """
    counts: Counter[str] = Counter()
    done = 0
    for _, batch in groupby(deliveries, key=lambda d: (d.form, d.period)):
        group = list(batch)  # what comes in next of one form and period: none of it is judged by another of them
        answers = receiver.take([Arrival(d.path, d.filed_by, d.received_at, d.decided_at) for d in group])
        for answer, delivery in zip(answers, group, strict=True):
            status = answer["verdict"]
            if status == "needs_explanation":
                status = _explain_all(receiver, answer["submission_id"], delivery)
            counts[status] += 1
        done += len(group)
        if progress:
            progress(done, len(deliveries))
    return counts


def _explain_all(receiver: Receiver, submission_id: str, delivery: Delivery) -> str:
    """Answer every warning of a sample return on receipt, and accept it when the level above would have. Its status then."""
    row = receiver.register.submission(submission_id)
    if (row["form"], row["unit_code"], row["period"]) in NEVER_EXPLAINED:
        return str(row["status"])
    for rule in unexplained(receiver.register, row):
        reason, text = REASONS.get(rule, AS_REPORTED)
        explain(receiver.home, submission_id, rule, reason, text=text, by=delivery.filed_by, at=delivery.received_at)
    answer = decide(receiver.home, submission_id, "accept", by=REVIEWER, at=delivery.decided_at)
    return str(answer["status"])


def run_demo(home: Path, *, scale: str = "tiny", seed: int = 20231001, quiet: bool = False) -> dict[str, Any]:
    """Run the line. Safe to repeat: what is known is not received again, and nothing new is a recorded no-filing.

    Returns {made: [{zh, en, count, where}], next: [...], seconds}. Raises: UsageError for a scale not built yet.
    """
    if scale != "tiny":
        raise UsageError(f"--scale {scale} 尚未提供；目前只有 tiny（北京16个单位、15个月） (only tiny is built)")
    start = time.monotonic()
    home.mkdir(parents=True, exist_ok=True)
    inputs = home / "demo"
    with sample_returns(inputs / "returns", seed) as deliveries:
        from filings.approval import approve
        from filings.verify import verify
        from orchestration.line import run_line

        receiver = Receiver(home)
        receiver.store.seed()
        with progress_of("公布表 publications", quiet=quiet) as progress:
            printed = receive_publications(receiver, inputs / "publications", progress)
        with progress_of("模拟报表 sample returns", quiet=quiet) as progress:
            sampled = receive_samples(receiver, deliveries(), progress)
    with progress_of("构建、关口、候选发布、页面 build, gates, candidates, pages", quiet=quiet):
        line = run_line(home, periods=RELEASES)
    approved = []
    for candidate in line["candidates"]:
        if candidate["state"] == "candidate":
            answer = approve(home, candidate["release"], APPROVER)
            if answer["state"] == "released" and verify(Path(answer["path"]))["ok"]:
                approved.append(answer["release"])
    pages = len(list(Path(line["site"]).rglob("*.html")))
    made = [
        {
            "zh": "公布表收件",
            "en": "publications received",
            "count": _counted(printed),
            "where": str(inputs / "publications"),
        },
        {
            "zh": "模拟数据报表收件",
            "en": "sample returns received",
            "count": _counted(sampled),
            "where": str(inputs / "returns"),
        },
        {
            "zh": "退回与待说明的答复",
            "en": "answers to what was returned or asked about",
            "count": len(list((home / "answers").glob("*.xlsx"))),
            "where": str(home / "answers"),
        },
        {"zh": "构建", "en": "build", "count": line["build_id"], "where": str(home / "warehouse")},
        {
            "zh": "关口判定",
            "en": "gate verdicts",
            "count": _counted(Counter(line["gates"])),
            "where": "jiugai gates show",
        },
        {"zh": "发布（已核对）", "en": "releases, verified", "count": len(approved), "where": str(home / "releases")},
        {"zh": "页面", "en": "pages", "count": pages, "where": str(Path(line["site"]) / "index.html")},
    ]
    return {
        "made": made,
        "seconds": round(time.monotonic() - start, 1),
        "releases": approved,
        "home": str(home),
        "next": [
            f"打开页面 pages: {Path(line['site']) / 'index.html'}",
            f"打开 Dagster UI: make dev（或 jiugai dev --home {home}）",
            f"问一个数 one figure: jiugai figure started_communities --area 000000 --period 2023-09 --home {home}",
            f"看它的单元格 its cells: jiugai trace started_communities --area 000000 --period 2023-09 --home {home}",
            f"模拟数据 sample: jiugai figure started_communities --area 110108 --period 2023-09 --sample --home {home}",
            f"还缺谁 who still owes: jiugai chase --form J2 --period 2023-11 --sample --home {home}",
            f"与公布数对照 reconcile: jiugai reconcile --home {home}",
        ],
    }


def _counted(counts: Counter[str]) -> str:
    return "，".join(f"{k} {v}" for k, v in sorted(counts.items()) if v)
