"""Returns → typed relations in a locked in-memory DuckDB, and what every check says of every row.

A case is one return to judge: its items, its tables, and what is known beside it. Values are in form units. Not here:
where they come from (run.py, context.py, examples.py), and words (messages.py).
"""

from __future__ import annotations

import datetime as dt
import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from ingestion.catalogue import Catalogue
from ingestion.form_model import FieldSet, FormTable
from ingestion.table_rows import FiledRows, as_indices
from ingestion.units import plain
from quality.audit.compile import Check, CompiledForm, SetCheck
from quality.audit.language import BESIDE, ROW, Helper, base_of, known_column, quoted

if TYPE_CHECKING:
    import pyarrow as pa

NUMBER_TYPE = "DECIMAL(24,8)"
ARRIVED = "arrived"  # a relation in DuckDB while it is written
LONG = 1000  # rows a return: as many go to DuckDB by way of Arrow, which takes longer to load than fewer need
WHOLE = -1  # in place of a row: the table as a whole
BATCH_ROWS = 60_000  # of all tables of the returns that are judged together
MOST_ROWS = 100_000  # of a table that DuckDB holds with all its columns: 2 KB a row …
SLICE = 40_000  # … and so many at a time of a longer one, but for columns that checks of other rows look into
PART = "part"
SIDE_BY_SIDE = 5_000  # rows that are worth a thread: DuckDB judges them while relations between rows are looked at
Row = Mapping[str, Any]
NO_VALUES: Row = MappingProxyType({})


@dataclass(frozen=True)
class Case:
    """One return to judge. tables: own and foreign ones, and views, by name; one of the others that is not there is
    not known."""

    period_end: dt.date
    items: Row = field(default_factory=dict)
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    beside: Row = field(default_factory=dict)  # helper column → value

    def rows(self, fields: FieldSet) -> Sequence[Row]:
        """Its rows of a set of fields, in the order of the sheet."""
        return self.tables.get(fields.id, ()) if isinstance(fields, FormTable) else [self.items]

    def named(self, table: str, fields: FieldSet) -> Sequence[Row]:
        """Its rows under a name that may be a view's."""
        return self.rows(fields) if table == fields.id else self.tables.get(table, ())


class Outcome(NamedTuple):
    """What a check says of one row (its number within the table of its case, or WHOLE); a pass is not listed.

    A tuple, as every return has dozens of them.
    """

    case: int
    row: int
    check: Check | SetCheck
    verdict: bool | None
    values: Mapping[str, Any] = NO_VALUES
    other: int | None = None  # the row that a relation between rows found it equal to


def period_end(period: str) -> dt.date:
    """Last day of a reference period."""
    year, month = int(period[:4]), int(period[5:7]) if len(period) > 4 else 12
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def shown(value: Any) -> str:
    """A value in a message."""
    if value is None:
        return "空"
    if isinstance(value, float):  # of a division: no figure, only shown
        value = Decimal(repr(round(value, 2)))
    if isinstance(value, dt.date):
        return value.isoformat()
    return plain(value) or "0" if isinstance(value, Decimal) else str(value)


@lru_cache(maxsize=1)
def locked_connection() -> duckdb.DuckDBPyConnection:
    """In memory, no file and no network access, settings locked: rule text never reaches anything else."""
    return duckdb.connect(
        ":memory:", config={"enable_external_access": "false", "lock_configuration": "true", "threads": "1"}
    )


def _typed(kind: str, values: Iterable[Any]) -> list[Any]:
    """Values as DuckDB takes them fastest: numbers as text. What is of another type than the form says is left out."""
    if kind == NUMBER_TYPE:
        return [format(v, "f") if isinstance(v, Decimal) else None for v in values]
    wanted: type = {"DATE": dt.date, "BOOLEAN": bool}.get(kind, str)
    return [v if isinstance(v, wanted) else None for v in values]


def _kind(fields: FieldSet, name: str) -> str:
    item = fields.by_id[name]
    return NUMBER_TYPE if item.is_number else {"date": "DATE", "bool": "BOOLEAN"}.get(item.type, "VARCHAR")


def _helper_kind(helper: Helper, catalogue: Catalogue) -> str:
    if helper.kind == "unit":
        return "VARCHAR"
    return "BOOLEAN" if helper.kind == "plan_changed" else _kind(catalogue.form(helper.form), helper.field)


def _column(rows: Sequence[Row], name: str) -> Iterable[Any]:
    return rows.column(name) if isinstance(rows, FiledRows) else (row.get(name) for row in rows)


@dataclass(frozen=True)
class Chosen:
    """The rows of a table that a relation between rows looks at. numbers: which of `held`, in their order."""

    held: Sequence[Row]
    numbers: Sequence[int]

    def column(self, name: str) -> list[tuple[int, Any]]:
        """Number and value of each row in a field."""
        values = list(_column(self.held, name))
        return [(n, values[n]) for n in self.numbers]

    def columns(self, names: Sequence[str]) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Number and values of each row in some fields."""
        values = list(zip(*(_column(self.held, name) for name in names), strict=True))
        return ((n, values[n]) for n in self.numbers)


def _arrow(held_by: Sequence[Sequence[Row]], name: str, kind: str) -> pa.ChunkedArray:
    """A column of several cases for DuckDB. Of a list that was just read each different value is converted once, and its
    rows say which one they hold."""
    import pyarrow as pa

    of = {NUMBER_TYPE: pa.string(), "DATE": pa.date32(), "BOOLEAN": pa.bool_()}.get(kind, pa.string())
    chunks = []
    for rows in held_by:
        coded = rows.coded(name) if isinstance(rows, FiledRows) else None
        values, codes = coded or (_column(rows, name), None)
        made = pa.array(_typed(kind, values), of)
        indices = as_indices(codes) if codes is not None else pa.array(range(len(made)), pa.uint32())
        chunks.append(pa.DictionaryArray.from_arrays(indices, made))
    return pa.chunked_array(chunks, pa.dictionary(pa.uint32(), of))


def _size(case: Case) -> int:
    """Rows of a return and of what is known beside it."""
    return 1 + sum(len(rows) for rows in case.tables.values())


def _batches(cases: Sequence[Case]) -> Iterator[tuple[int, Sequence[Case]]]:
    """Cases in order, so many at a time that their tables stay small, each time with the number of the first."""
    start, held = 0, 0
    for n, case in enumerate(cases):
        held += _size(case)
        if held >= BATCH_ROWS:
            yield start, cases[start : n + 1]
            start, held = n + 1, 0
    if start < len(cases):
        yield start, cases[start:]


def _statements(checks: Sequence[Check]) -> list[list[Check]]:
    """Checks that are looked at in one statement: those of a row's own values together, each that looks into other rows
    alone. To plan a dozen of these at once took DuckDB five times as long as to plan them one by one."""
    together, alone = list[Check](), list[list[Check]]()
    for check in checks:
        if _looks_into_rows(check):
            alone.append([check])
        else:
            together.append(check)
    return [together, *alone] if together else alone


def _sql_of(check: Check) -> str:
    return " ".join([check.condition, *(sql for _, sql in check.values)])


def _looks_into_rows(check: Check) -> bool:
    """Whether more than a row's own values tells it."""
    return "(SELECT" in _sql_of(check)


def _places(checks: Sequence[Check], start: int) -> list[list[tuple[str, int]]]:
    """For each check its values with their column, which follow on each other from `start`."""
    places = itertools.count(start)
    return [[(name, next(places)) for name, _ in check.values] for check in checks]


class Tables:
    """The temporary tables of one evaluation."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, compiled: CompiledForm, cases: Sequence[Case]) -> None:
        self.connection, self.compiled, self.cases = connection, compiled, cases
        self.long: dict[
            str, tuple[pa.Table, dict[str, str]]
        ] = {}  # those that are too long: all columns, and their types

    def write(self, name: str, columns: Sequence[tuple[str, str, list[Any]]]) -> None:
        # lists as parameters: 5,000 rows of 50 columns in 0.15 s, without loading pyarrow
        chosen = [
            f"try_cast(unnest(?::VARCHAR[]) AS {kind}) AS {quoted(n)}"
            if kind == NUMBER_TYPE
            else f"unnest(?::{kind}[]) AS {quoted(n)}"
            for n, kind, _ in columns
        ]
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT {', '.join(chosen)}", [v for *_, v in columns]
        )

    def fill(self, catalogue: Catalogue) -> None:
        cases = self.cases
        beside: list[tuple[str, str, list[Any]]] = [
            ("ret", "INTEGER", list(range(len(cases)))),
            ("period_end", "DATE", [c.period_end for c in cases]),
        ]
        for helper in sorted(self.compiled.helpers, key=lambda h: h.column):
            kind = _helper_kind(helper, catalogue)
            beside.append((helper.column, kind, _typed(kind, [c.beside.get(helper.column) for c in cases])))
        for table in sorted(self.compiled.foreign):
            beside.append((known_column(table), "BOOLEAN", [table in c.tables for c in cases]))
        self.write("beside", beside)
        judged = {c.over.id for c in self.compiled.checks} | {c.over.id for c in self.compiled.sets}
        for set_id in sorted(judged | set(self.compiled.columns)):
            fields = catalogue.field_sets[base_of(set_id)]
            held_by = [case.named(set_id, fields) for case in cases]
            count = sum(map(len, held_by))
            names = [(n, _kind(fields, n)) for n in sorted(self.compiled.columns.get(set_id, set()))]
            places: list[tuple[str, str, list[Any]]] = [
                ("ret", "INTEGER", [r for r, held in enumerate(held_by) for _ in range(len(held))]),
                ("row_order", "INTEGER", [n for held in held_by for n in range(len(held))]),
            ]
            if count < LONG * len(cases):
                are_items = set_id == fields.id and not isinstance(fields, FormTable)  # of each return
                values = (
                    (
                        n,
                        kind,
                        [c.items.get(n) for c in cases]
                        if are_items
                        else (v for held in held_by for v in _column(held, n)),
                    )
                    for n, kind in names
                )
                self.write(set_id, [*places, *((n, kind, _typed(kind, found)) for n, kind, found in values)])
            else:
                self._fill_long(set_id, places, [(name, kind, _arrow(held_by, name, kind)) for name, kind in names])

    def _fill_long(
        self,
        name: str,
        places: Sequence[tuple[str, str, list[Any]]],
        columns: Sequence[tuple[str, str, pa.ChunkedArray]],
    ) -> None:
        """As `write`, of a list with many rows; of the longest what more than one row is needed for."""
        import pyarrow as pa

        held = {n: pa.array(values, pa.int32()) for n, _, values in places} | {n: values for n, _, values in columns}
        kinds = {n: kind for n, kind, _ in (*places, *columns)}
        table = pa.table(held)
        if len(table) > MOST_ROWS:
            self.long[name] = table, kinds
            looked_into = [_sql_of(c) for c in self.compiled.checks if _looks_into_rows(c)]
            sql = " ".join([*looked_into, *(check.condition for check in self.compiled.sets)])
            table = table.select([n for n, *_ in places] + [n for n, *_ in columns if quoted(n) in sql])
        self._write_arrow(name, table, kinds)

    def _write_arrow(self, name: str, table: pa.Table, kinds: Mapping[str, str]) -> None:
        chosen = [
            f"try_cast({quoted(n)} AS {NUMBER_TYPE}) AS {quoted(n)}" if kinds[n] == NUMBER_TYPE else quoted(n)
            for n in table.column_names
        ]
        self.connection.register(ARRIVED, table)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT {', '.join(chosen)} FROM {ARRIVED}"
        )
        self.connection.unregister(ARRIVED)

    def _from(self, fields: FieldSet, table: str | None = None) -> str:
        return f"FROM {quoted(table or fields.id)} AS {ROW} JOIN beside AS {BESIDE} ON {BESIDE}.ret = {ROW}.ret"

    def scan(self, fields: FieldSet, checks: Sequence[Check], everything: bool) -> list[Outcome]:
        """Every check over every row of one table; rows where nothing is said stay in DuckDB."""
        found: list[Outcome] = []
        for some in _statements(checks):
            if fields.id not in self.long or _looks_into_rows(some[0]):
                found += self._scan(fields, some, everything)
                continue
            table, kinds = self.long[fields.id]
            for start in range(0, len(table), SLICE):
                self._write_arrow(PART, table.slice(start, SLICE), kinds)
                found += self._scan(fields, some, everything, PART)
        return found

    def _scan(
        self, fields: FieldSet, checks: Sequence[Check], everything: bool, table: str | None = None
    ) -> list[Outcome]:
        """As `scan`, in one statement."""
        verdicts = [f"({check.condition})::BOOLEAN AS r{n}" for n, check in enumerate(checks)]
        quiet = [f"coalesce(r{n}, true)" if c.rule.on_na == "skip" else f"r{n}" for n, c in enumerate(checks)]
        values = [f"({sql}) AS {name}{n}" for n, check in enumerate(checks) for name, sql in check.values]
        where = "" if everything else f"\nWHERE ({' AND '.join(quiet)}) IS NOT TRUE"
        inner = ",\n  ".join([f"{ROW}.ret", f"{ROW}.row_order", *verdicts, *values])
        # materialised: a filter that is pushed into the inner statement would plan every condition twice
        said = f"WITH said AS MATERIALIZED (SELECT {inner}\n{self._from(fields, table)})"
        rows = self.connection.execute(f"{said}\nSELECT * FROM said{where}\nORDER BY ret, row_order").fetchall()
        held = _places(checks, 2 + len(checks))

        @cache  # many rows say the same
        def speaking(verdicts: tuple[bool | None, ...]) -> list[tuple[Check, bool | None, list[tuple[str, int]]]]:
            return [
                said
                for said in zip(checks, verdicts, held, strict=True)
                if said[1] is False or (said[1] is None and (everything or said[0].rule.on_na != "skip"))
            ]

        return [
            Outcome(row[0], row[1], check, verdict, {name: row[at] for name, at in places} if places else NO_VALUES)
            for row in rows
            for check, verdict, places in speaking(row[2 : 2 + len(checks)])
        ]

    def scan_all(self, everything: bool) -> list[Outcome]:
        """Every check over every row of every table."""
        checks = self.compiled.checks
        over = {c.over.id: c.over for c in checks}.values()
        return [o for fields in over for o in self.scan(fields, [c for c in checks if c.over is fields], everything)]

    def all_chosen(self) -> list[list[list[int]]]:
        """For each relation between rows and each case, which rows it looks at."""
        return [self.chosen(check) for check in self.compiled.sets]

    def chosen(self, check: SetCheck) -> list[list[int]]:
        """For each case, which rows a relation between rows looks at."""
        if not check.rule.when:
            return [list(range(len(case.rows(check.over)))) for case in self.cases]
        found: list[list[int]] = [[] for _ in self.cases]
        sql = f"SELECT {ROW}.ret, {ROW}.row_order {self._from(check.over)} WHERE {check.condition} ORDER BY 1, 2"
        for ret, row in self.connection.execute(sql).fetchall():
            found[ret].append(row)
        return found


def _evaluated(tables: Tables, catalogue: Catalogue, everything: bool) -> list[Outcome]:
    tables.fill(catalogue)
    if not tables.compiled.sets:
        return tables.scan_all(everything)
    if sum(map(_size, tables.cases)) < SIDE_BY_SIDE:
        return [*tables.scan_all(everything), *_related(tables, tables.all_chosen(), catalogue, everything)]
    from concurrent.futures import ThreadPoolExecutor

    chosen = tables.all_chosen()
    with ThreadPoolExecutor(1) as beside:  # DuckDB works without the interpreter
        scanned = beside.submit(tables.scan_all, everything)
        related = _related(tables, chosen, catalogue, everything)
        return [*scanned.result(), *related]


def _related(
    tables: Tables, chosen: Sequence[list[list[int]]], catalogue: Catalogue, everything: bool
) -> list[Outcome]:
    """What relations between rows say. chosen: for each relation and case the rows that it looks at."""
    from quality.audit.sets import judge  # loads the comparing library, which one-row forms do without

    return [
        outcome
        for check, by_case in zip(tables.compiled.sets, chosen, strict=True)
        for n, rows in enumerate(by_case)
        for outcome in judge(check, n, tables.cases[n], rows, catalogue, everything)
    ]


def evaluate(
    compiled: CompiledForm, cases: Sequence[Case], catalogue: Catalogue, everything: bool = False
) -> list[Outcome]:
    """What fails and what cannot be told, by rule, return and row.

    everything: also what `on_na: skip` keeps quiet about (worked examples ask for it).
    """
    connection = locked_connection().cursor()  # opening a database costs 12 ms, a cursor nothing
    try:
        found: list[Outcome] = []
        for start, batch in _batches(cases):
            said = _evaluated(Tables(connection, compiled, batch), catalogue, everything)
            found += (outcome._replace(case=start + outcome.case) for outcome in said) if start else said
    finally:
        connection.close()
        if "pyarrow" in sys.modules:  # what follows needs the memory as much
            sys.modules["pyarrow"].default_memory_pool().release_unused()
    rules = {rule.id: n for n, rule in enumerate(compiled.rules)}
    sets = {f.id: n for n, f in enumerate(compiled.form.field_sets)}
    checks: list[Check | SetCheck] = [*compiled.checks, *compiled.sets]
    ranks = {id(check): (rules[check.rule.id], sets[check.over.id], n) for n, check in enumerate(checks)}
    days = {case.period_end for case in cases}
    holding = {(id(check), day) for check in checks for day in days if check.rule.valid.covers(day)}

    def place(outcome: Outcome) -> tuple[int, ...]:
        rule, over, rank = ranks[id(outcome.check)]
        return rule, outcome.case, over, outcome.row, rank

    return sorted((o for o in found if (id(o.check), cases[o.case].period_end) in holding), key=place)
