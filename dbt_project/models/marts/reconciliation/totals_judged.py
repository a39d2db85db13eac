"""The verdict on every control total. The rules are Python (filings/verdicts.py); here dbt gives them the build."""

from __future__ import annotations


def model(dbt, session):
    """Grain: one row a control total of the rule book. Quantities DECIMAL(38,8), base units of the indicator."""
    dbt.config(materialized="table")
    dbt.ref("fct_figures")
    dbt.ref("fct_observations")
    from filings.verdicts import judged_table

    return judged_table(session)
