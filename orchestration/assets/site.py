"""The static dashboards, written into `<home>/site`. Not here: what they show (dashboards)."""

import dagster as dg

from orchestration.assets.filing import filing
from orchestration.assets.gates import READS
from orchestration.freshness import EVERY_MONTH
from orchestration.resources import HomeResource
from orchestration.steps import SHOW, describe


@dg.asset(
    name="dashboard_site",
    deps=[filing, *READS],
    group_name=SHOW.group,
    owners=[SHOW.owner],
    kinds={"html", "plotly"},
    tags={"programme": "all", "audience": "public"},
    freshness_policy=EVERY_MONTH,
    description=describe(
        SHOW,
        "静态页面，断网可开。",
        "The static dashboards; they open without a network.",
        fresh="批准发布之后，或手工运行 after an approval, or by hand",
        where="`site/index.html`",
        red="看运行记录的最后一行；页面只读构建与发布，重跑无害 see the run's last line; running it again does no harm",
    ),
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
