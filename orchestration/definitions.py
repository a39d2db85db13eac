"""What `dagster dev -m orchestration.definitions` loads."""

from orchestration.build import build_defs

defs = build_defs()
