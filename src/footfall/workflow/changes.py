"""What a day changes: the rows that are new at its end, and those that differ from the day before.

state(d) = state(d - 1) + changes(d): both states are simulated, of the orders that can still change, and
compared. So a change is what the rows say, whatever the law that made them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from footfall.core.arrays import from_numpy
from footfall.core.errors import RequestError
from footfall.core.schema import TableSpec
from footfall.plan.plan import Plan, plan
from footfall.scenario.load import load
from footfall.scenario.model import Scenario
from footfall.simulate.rehearsal import rehearsed
from footfall.sinks.ddl import quoted
from footfall.workflow.making import make
from footfall.workflow.request import Request

ONE_DAY = dt.timedelta(1)
_PLACE = "place of the row"


@dataclass(frozen=True)
class Changes:
    """Changes of one table on one day, in the table's order and Arrow schema.

    Attributes
    ----------
    spec : TableSpec
    rows : pyarrow.Table
        New and changed rows as they are at the end of the day.
    is_new : ndarray of bool, shape (rows,)
        Whether the key was unknown the day before.
    before : pyarrow.Table
        The changed rows as they were the day before.
    """

    spec: TableSpec
    rows: pa.Table
    is_new: np.ndarray
    before: pa.Table

    @property
    def new(self) -> pa.Table:
        """Rows whose key was unknown the day before."""
        return self.rows.filter(from_numpy(self.is_new, pa.bool_()))

    @property
    def columns(self) -> list[str]:
        """Columns in which some row differs from the day before."""
        now = self.changed
        return [name for name in now.schema.names if not now[name].equals(self.before[name])]

    @property
    def changed(self) -> pa.Table:
        """Rows that differ from the day before, as they are now."""
        return self.rows.filter(from_numpy(~self.is_new, pa.bool_()))


def changes_of(request: Request, day: dt.date) -> dict[str, Changes]:
    """Give the changes of each published table.

    Parameters
    ----------
    request
        Its last day bounds the orders; facts about them become known after it, too.

    Raises
    ------
    RequestError
        The day is before the first one, or a table has no key to tell its rows by.
    """
    scenario = load(request.scenario, request.overrides).scaled(request.scale)
    first = request.first or scenario.first_day
    if day < first:
        raise RequestError(f"--day {day}: the first day is {first}, and nothing changes before it")
    now = _state(request, scenario, day)
    before = _state(request, scenario, day - ONE_DAY) if day > first else {}
    specs = scenario.publishing(request.tables)
    for name, spec in specs.items():
        if not spec.key:
            raise RequestError(
                f"table '{name}' shows no key, so that its changes can't be told; let it show one, "
                "or leave it out by --tables"
            )
    return {name: _compared(spec, now[name], before.get(name)) for name, spec in specs.items()}


def last_change(request: Request) -> dt.date:
    """Day at whose end all is known."""
    scenario = load(request.scenario, request.overrides)
    return (request.last or scenario.last_day) + dt.timedelta(scenario.arrival.days)


def _state(request: Request, scenario: Scenario, day: dt.date) -> Mapping[str, pa.Table]:
    """Rows known at the end of a day; of orders and what comes with them those that can still change."""
    what = _planned(request, scenario, day)
    kept: dict[str, list[pa.RecordBatch]] = {name: [] for name in what.tables}
    make(what, lambda table, batch: kept[table].append(batch))
    return {n: pa.Table.from_batches(kept[n], schema=spec.arrow_schema) for n, spec in what.tables.items()}


def _planned(request: Request, scenario: Scenario, day: dt.date) -> Plan:
    first = request.first or scenario.first_day
    last = request.last or scenario.last_day
    # A day more, so that the day before finds the same rows to compare with.
    begin = min(max(first, day - dt.timedelta(scenario.arrival.days + 1)), last)
    return rehearsed(plan(scenario, request.seed, begin, last, request.tables, as_of=day))


def _compared(spec: TableSpec, now: pa.Table, before: pa.Table | None) -> Changes:
    if before is None:
        return Changes(spec, now, np.ones(len(now), np.bool_), now.slice(0, 0))
    columns = [quoted(name) for name in spec.arrow_schema.names]
    keys = " AND ".join(f"n.{k} = b.{k}" for k in map(quoted, spec.key))
    rows = [f"({', '.join(f'{side}.{c}' for c in columns)})" for side in "nb"]
    with duckdb.connect() as connection:
        connection.register("today", _placed(now))
        connection.register("yesterday", _placed(before))
        found = connection.execute(
            f'SELECT n."{_PLACE}", coalesce(b."{_PLACE}", -1) FROM today n LEFT JOIN yesterday b ON {keys} '
            f'WHERE b."{_PLACE}" IS NULL OR {rows[0]} IS DISTINCT FROM {rows[1]} ORDER BY 1'
        ).fetchnumpy()
    places, earlier = (np.asarray(values, np.int64) for values in found.values())
    return Changes(
        spec=spec,
        rows=now.take(from_numpy(places, pa.int64())),
        is_new=earlier < 0,
        before=before.take(from_numpy(earlier[earlier >= 0], pa.int64())),
    )


def _placed(table: pa.Table) -> pa.Table:
    return table.append_column(_PLACE, from_numpy(np.arange(len(table)), pa.int64()))
