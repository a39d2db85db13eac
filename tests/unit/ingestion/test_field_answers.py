"""The generated macro of fields that answer: no drift, and a blank part is zero by the total that its form names."""

from __future__ import annotations

from ingestion.catalogue import catalogue
from ingestion.field_answers import answering_fields, field_macro
from ingestion.seeds import FIELDS


def test_the_generated_macro_does_not_drift_from_the_rule_book() -> None:
    assert FIELDS.read_text(encoding="utf-8") == field_macro(catalogue()), "run: make seeds"


def test_fields_that_answer_are_named_with_the_total_that_makes_a_blank_one_zero() -> None:
    fields = answering_fields(catalogue())
    assert list(fields) == ["J1", "J2", "J3"]  # rosters and tables are summed by row_measures
    assert fields["J2"]["xq_start"] is None
    assert fields["J2"]["f_prov"] == "f_total"
    assert fields["J3"]["p_water"] == "pipe_total"
    assert "acc_cnt" not in fields["J2"]  # asked by the form, and of no indicator
