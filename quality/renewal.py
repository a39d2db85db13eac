"""Whether a build may renew the one before, what came since that one, and why a build was made whole.

A renewal is a copy of the build before in which dbt puts what came since in the place of what it replaces
(dbt_project/macros/renewal.sql; decision 34). Not here: making it (warehouse.py).
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from ingestion.paths import as_pattern

LATE = "late.parquet"
MOST = 100  # submissions; the scope of more would be most of a build
IN_A_ROW = 50  # renewals; what each puts in stands at the end of a table, out of its order
GROWN = 1.5  # times the file of the whole build: each renewal copies it
SLACK = 64 * 2**20  # bytes beside: the first renewals leave blocks free that later ones fill, whatever the size
# why a build was made whole, in words
WHOLE_BECAUSE = {
    "asked": ("要求整体构建", "a whole build was asked for"),
    "as_of": ("过去时点的构建", "it is of a past moment"),
    "first": ("此前没有构建", "nothing was built yet"),
    "rulebook": ("规则库已改", "the rule book has changed"),
    "project": ("计算程序已改", "what computes has changed"),
    "relanded": ("入库数据重读过", "typed rows were read again from the originals"),
    "publication": ("公布资料有变", "a publication came in"),
    "chain": ("已连续更新多次", "it was renewed many times in a row"),
    "grown": ("数据文件已明显变大", "the file has grown"),
    "many": ("新收报送太多", "too many returns came in"),
    "code": ("明细表出现新代码，或某代码不再出现", "rows name a code for the first time, or no longer"),
    "parts": ("分项的填报范围有变", "other parts of an operand are filed than before"),
    "failed": ("更新未成", "renewing failed"),
}
COMPARED = (
    "submission_id", "form", "source_id", "programme", "unit_code", "province_code", "period", "plan_version", "version",
    "status", "sha256", "received_at", "decided_at",
)  # fmt: skip
# a submission that is new or in another state may take the place of any other of its key
CAME_SINCE = f"""
create temp table changed as
with now as (select kind, {", ".join(COMPARED)} from read_parquet($register)),
held as (select source_kind as kind, {", ".join(COMPARED)} from before.stg_register__submissions)
(from now except from held) union all (from held except from now)
"""
WITH_THEIR_KEYS = """
select r.submission_id, r.form, r.unit_code, r.period, r.province_code
from read_parquet($register) as r
semi join changed as c
    on r.kind = c.kind and r.form = c.form and r.unit_code = c.unit_code and r.period = c.period
   and r.plan_version = c.plan_version
union
select submission_id, form, unit_code, period, province_code from changed
"""


def came_since(before: Path, register_dir: Path) -> str | None:
    """Write the submissions that came since a build, with all others of their keys, for dbt to read.

    Returns why a whole build is needed (a key of WHOLE_BECAUSE), or None.
    """
    register = {"register": as_pattern(register_dir / "submissions.parquet")}
    with duckdb.connect() as connection:
        path = str(before).replace("'", "''")  # attach takes no parameter
        connection.execute(f"attach '{path}' as before (read_only)")
        connection.execute(CAME_SINCE, register)
        if connection.execute("select 1 from changed where source_id is not null limit 1").fetchone():
            return "publication"
        late = connection.sql(WITH_THEIR_KEYS, params=register)
        late.write_parquet(str(register_dir / LATE))
        return "many" if len(late) > MOST else None


def worn(renewals: int, size: int, whole: int) -> str | None:
    """Why a build that was renewed so often, and is of that size, is made whole next, if it is. Sizes in bytes."""
    if renewals >= IN_A_ROW:
        return "chain"
    return "grown" if size > GROWN * whole + SLACK else None


def why_whole(message: str) -> str:
    """What ended a renewal, of the words that the dbt project gives (macros/renewal.sql)."""
    found = re.search(r"whole build: (\w+)", message)
    return found[1] if found and found[1] in WHOLE_BECAUSE else "failed"


def told(renewed_from: str | None, whole_because: str | None) -> str:
    """Which kind of build it was, in words."""
    if whole_because is None:
        return f"由 {renewed_from} 更新：只重算新收报送所及之处 Renewed where what came since reaches"
    zh, en = WHOLE_BECAUSE[whole_because]
    return f"整体构建：{zh} Made whole: {en}"
