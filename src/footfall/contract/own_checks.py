"""The scenario's own checks: queries over what was written, each with the number that it must give."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from footfall.contract.findings import Finding
from footfall.contract.subject import Subject
from footfall.core.schema import TableSpec
from footfall.scenario.own_checks import OwnCheck

if TYPE_CHECKING:
    import duckdb

    from footfall.scenario.sql.tree import Query

Batches = Callable[[TableSpec], Iterable[pa.RecordBatch]]
SECONDS_A_ROW = 5e-6
"""Time that a check gets on top, for each row that was loaded."""

_ROWS = "rows being loaded"  # no table can have this name


def judge_own(subject: Subject, batches: Batches, beside: Path | None = None) -> list[Finding]:
    """Run the scenario's own checks over published tables.

    The columns that they read stream into a database in a directory of its own, so that memory stays flat
    and a query may read a table twice; the directory is gone afterwards.

    Parameters
    ----------
    subject
        What was published.
    batches
        Gives a table as it lies there.
    beside
        Where the directory is made; in the system's place for such where not given.

    Returns
    -------
    list
        A finding a check; those that need what isn't there say so.
    """
    checks = subject.scenario.checks
    if not checks:
        return []
    queries = {name: check.query(subject.scenario) for name, check in checks.items()}
    obstacles = {name: _obstacle(subject, checks[name], queries[name]) for name in checks}
    runnable = [queries[name] for name in checks if not obstacles[name]]
    found: dict[str, Finding] = {}
    if runnable:
        with tempfile.TemporaryDirectory(prefix=".footfall-checks-", dir=beside) as place:
            found = _run(
                subject, {n: q for n, q in queries.items() if not obstacles[n]}, batches, Path(place)
            )
    return [
        found.get(name) or _finding(name, check, "not applicable", "", obstacles[name])
        for name, check in checks.items()
    ]


def _obstacle(subject: Subject, check: OwnCheck, query: Query) -> str:
    missing = [table for table in query.tables if table not in subject.tables]
    if missing:
        return f"needs {' and '.join(missing)}, and that was not published"
    if check.whole_horizon and not subject.whole_year:
        return f"binds the whole horizon, and {subject.first} to {subject.last} is published"
    return ""


def _run(subject: Subject, queries: dict[str, Query], batches: Batches, place: Path) -> dict[str, Finding]:
    from footfall.scenario.sql.duckdb import locked  # noqa: PLC0415 - only where a scenario has checks

    with locked(place) as connection:
        rows = sum(
            _load(connection, subject.tables[t], list(queries.values()), batches) for t in _read(queries)
        )
        return {
            name: _judged(connection, name, subject.scenario.checks[name], query, rows)
            for name, query in queries.items()
        }


def _read(queries: dict[str, Query]) -> list[str]:
    return list(dict.fromkeys(table for query in queries.values() for table in query.tables))


def _load(
    connection: duckdb.DuckDBPyConnection, spec: TableSpec, queries: list[Query], batches: Batches
) -> int:
    """Load the columns of a table that queries can read; give the number of its rows."""
    from footfall.scenario.sql.duckdb import create_table, quoted  # noqa: PLC0415 - as above

    reading = [query for query in queries if spec.name in query.tables]
    columns = [
        column
        for column in spec.columns
        if any(query.columns is None or column.name.lower() in query.columns for query in reading)
    ] or [spec.columns[0]]  # rows are counted by one
    names = [column.name for column in columns]
    schema = pa.schema([spec.arrow_schema.field(name) for name in names])
    counted = 0

    def projected() -> Iterable[pa.RecordBatch]:
        nonlocal counted
        for batch in batches(spec):
            counted += batch.num_rows
            yield pa.RecordBatch.from_arrays([batch.column(name) for name in names], schema=schema)

    connection.execute(create_table(spec.name, [(column.name, column.kind) for column in columns]))
    connection.register(_ROWS, pa.RecordBatchReader.from_batches(schema, projected()))
    connection.execute(f"INSERT INTO {quoted(spec.name)} SELECT * FROM {quoted(_ROWS)}")
    connection.unregister(_ROWS)
    return counted


def _judged(
    connection: duckdb.DuckDBPyConnection, name: str, check: OwnCheck, query: Query, rows: int
) -> Finding:
    import duckdb  # noqa: PLC0415 - as above

    from footfall.scenario.sql.duckdb import SECONDS, SqlStoppedError, limited, one_line  # noqa: PLC0415

    try:
        with limited(connection, SECONDS + rows * SECONDS_A_ROW):
            given = connection.execute(query.sql).fetchmany(2)
    except SqlStoppedError as error:
        return _finding(name, check, "fail", "nothing", f"the query {error}")
    except duckdb.Error as error:
        return _finding(name, check, "fail", "nothing", f"the query can't be run: {one_line(error)}")
    if len(given) != 1 or given[0][0] is None:
        said = "no number (NULL)" if len(given) == 1 else f"{'several' if given else 'no'} rows"
        return _finding(name, check, "fail", said, f"the query gives {said}; one number is expected")
    value = given[0][0]
    off = abs(float(value) - check.expect)
    holds = off <= check.tolerance + 1e-12 * max(1.0, abs(check.expect))
    detail = "" if holds else f"{_shown(value)} is {off:g} away from {check.expect:g}"
    return _finding(name, check, "pass" if holds else "fail", _shown(value), detail)


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{float(value):.6g}"


def _finding(name: str, check: OwnCheck, verdict: str, observed: str, detail: str) -> Finding:
    return Finding(
        check=f"checks.{name}",
        kind="target" if check.tolerance else "rule",
        rule=check.text or " ".join(check.sql.split()),
        verdict=verdict,  # type: ignore[arg-type]  # one of three literals
        target=f"{check.expect:g}",
        observed=observed,
        tolerance=f"±{check.tolerance:g}" if check.tolerance else "none",
        detail=detail,
    )
