"""How old an asset may grow before its page says so. Windows follow the forms' own rhythm, with room for late months.

Dagster has no freshness for a partition: which province is missing for which period stands in `collection_status`.
"""

from datetime import timedelta

import dagster as dg

EVERY_DAY = dg.FreshnessPolicy.time_window(warn_window=timedelta(days=2), fail_window=timedelta(days=8))
EVERY_MONTH = dg.FreshnessPolicy.time_window(warn_window=timedelta(days=40), fail_window=timedelta(days=75))
EVERY_YEAR = dg.FreshnessPolicy.time_window(warn_window=timedelta(days=400), fail_window=timedelta(days=460))
BY_FREQUENCY = {"monthly": EVERY_MONTH, "yearly": EVERY_YEAR}
