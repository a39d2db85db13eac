"""The static dashboards, written into `<home>/site`. Not here: what they show (dashboards)."""

import dagster as dg

from orchestration.assets.filing import filing
from orchestration.assets.gates import READS
from orchestration.resources import HomeResource
from orchestration.translator import SHOW


@dg.asset(
    name="dashboard_site",
    deps=[filing, *READS],
    group_name=SHOW,
    kinds={"html", "plotly"},
    description="静态页面，断网可开。 The static dashboards; they open without a network.",
)
def dashboard_site(home: HomeResource) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Write every page."""
    from dashboards.site import write_site  # plotly is loaded by the run that draws, not by every start

    out = home.folder / "site"
    pages = write_site(home.folder, out, None)
    return dg.MaterializeResult(metadata={
        "文件 files": len(pages),
        "打开 open": dg.MetadataValue.path(out / "index.html"),
    })  # fmt: skip
