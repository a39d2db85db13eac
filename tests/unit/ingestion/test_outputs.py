"""Nothing that is written for people runs as a formula."""

from __future__ import annotations

import csv
import io

import pytest

from ingestion.outputs import csv_bytes


def back(value: object) -> str:
    return next(csv.reader(io.StringIO(csv_bytes([[value]]).decode("utf-8-sig"), newline="")))[0]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+86 10",
        "-cmd|' /C calc'!A0",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＠SUM(1)",
        "-",
        "+-1",
        "-1-1",
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_made_plain(text: str) -> None:
    assert back(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5", "-0.20", "", "海淀区", "a=1", "1-2"])
def test_numbers_and_other_texts_stay_as_they_are(text: str) -> None:
    assert back(text) == text
