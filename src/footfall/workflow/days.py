"""A loaded schema, brought forward day by day: what a day changes, judged and committed at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

from footfall.contract.figures import Figures
from footfall.contract.findings import Finding
from footfall.contract.judge import judge
from footfall.contract.own_checks import judge_own
from footfall.contract.subject import Subject
from footfall.core.content_hash import ContentHash
from footfall.core.errors import RequestError
from footfall.scenario.bending import bent
from footfall.scenario.load import load
from footfall.scenario.model import Scenario
from footfall.sinks.base import Manifest, TableRecord
from footfall.sinks.database import Database
from footfall.sinks.days import DayTransaction, is_loaded, open_day
from footfall.sinks.ddl import referenced_first
from footfall.workflow.changes import ONE_DAY, changes_of
from footfall.workflow.judging import refuse_failures
from footfall.workflow.load import load_into
from footfall.workflow.remembered import scenario_of
from footfall.workflow.request import Request


@dataclasses.dataclass(frozen=True)
class DayLoaded:
    """What a day brought.

    Attributes
    ----------
    day : date
    inserted, updated : dict of str to int
        Rows by table.
    findings : list of Finding
        Of the whole state at the end of the day; empty where it was loaded before.
    is_news : bool
        Whether the day was loaded now; False where the schema held it already.
    """

    day: dt.date
    inserted: dict[str, int]
    updated: dict[str, int]
    findings: list[Finding]
    is_news: bool = True


def load_days(
    request: Request, database: Database, first: dt.date, last: dt.date, *, schema: str = "raw"
) -> Iterator[DayLoaded]:
    """Add days one after the other, each in a transaction of its own.

    The scenario's first day makes the schema, if it does not hold a data set.

    Raises
    ------
    RequestError, ContractBroken
        As :func:`load_day`; the days before stay loaded.
    """
    if first > last:
        raise RequestError(f"--day {first} is after --through {last}; there is no day to load")
    scenario = load(request.scenario, request.overrides)
    if first == (request.first or scenario.first_day) and not is_loaded(database, schema):
        made = load_into(dataclasses.replace(request, as_of=first), database, schema=schema)
        rows = {name: record.rows for name, record in made.manifest.tables.items()}
        yield DayLoaded(first, rows, dict.fromkeys(rows, 0), made.findings)
        first += ONE_DAY
    for k in range((last - first).days + 1):
        yield load_day(request, database, first + k * ONE_DAY, schema=schema)


def load_day(request: Request, database: Database, day: dt.date, *, schema: str = "raw") -> DayLoaded:
    """Add a day to a schema that holds the state of the day before; twice is as good as once.

    The whole state is read back and judged before it is committed.

    Raises
    ------
    RequestError
        The schema holds another data set, or another day than the one before.
    ContractBroken
        A check failed; nothing was changed.
    """
    scenario = load(request.scenario, request.overrides).scaled(request.scale)
    with open_day(database, schema) as there:
        held = _held(there, request, scenario, schema)
        if held == day:
            return DayLoaded(day, {}, {}, [], is_news=False)
        if held + ONE_DAY != day:
            where = f"schema '{schema}' of {there.shown} holds what was known on {held}"
            raise RequestError(
                f"--day {day}: {where}; "
                + (f"the next day is {held + ONE_DAY}" if held < day else "days can't be taken back")
            )
        changes = changes_of(request, day)
        for spec in referenced_first([found.spec for found in changes.values()]):
            found = changes[spec.name]
            there.update(spec, found.changed, found.columns)
            there.insert(spec, found.new)
        manifest = _judged(there, scenario, request, day)
        there.publish(manifest)
    return DayLoaded(
        day,
        {name: len(found.new) for name, found in changes.items()},
        {name: len(found.changed) for name, found in changes.items()},
        [Finding(**said) for said in manifest.findings],
    )


def _held(there: DayTransaction, request: Request, scenario: Scenario, schema: str) -> dt.date:
    """Day whose state a schema holds, of the very data set that is asked for."""
    manifest = there.manifest
    where = f"schema '{schema}' of {there.shown}"
    said = manifest.options.get("as_of")
    if not said:
        raise RequestError(
            f"{where} holds a final state; load a first day over it by --as-of and --overwrite"
        )
    asked = {
        "scenario": scenario.fingerprint,
        "--seed": request.seed,
        "--scale": request.scale,
        "--from": (request.first or scenario.first_day).isoformat(),
        "--tables": sorted(scenario.publishing(request.tables)),
    }
    held = {
        # Not that of the manifest: an earlier version may have told another one of the same shop.
        "scenario": scenario_of(manifest, there.shown).fingerprint,
        "--seed": manifest.seed,
        "--scale": manifest.scale,
        "--from": manifest.first,
        "--tables": sorted(manifest.tables),
    }
    if other := [name for name, value in asked.items() if held[name] != value]:
        raise RequestError(f"{where} holds another data set (it differs in {', '.join(other)})")
    return dt.date.fromisoformat(said)


def _judged(there: DayTransaction, scenario: Scenario, request: Request, day: dt.date) -> Manifest:
    """Manifest of the state as it is now, if its contract holds."""
    last = request.last or scenario.last_day
    tables = scenario.publishing(request.tables)
    known = min(last, day)
    manifest = there.manifest
    subject = Subject(
        bent(scenario, manifest.solved),
        tables,
        dt.date.fromisoformat(manifest.first),
        known,
        manifest.solved,
        as_of=scenario.still_open(last, day),
    )
    figures = Figures(subject)
    records = {}
    for spec in referenced_first(subject.in_reading_order):
        content = ContentHash(spec)
        for batch in there.batches(spec):
            figures.observe(spec.name, batch)
            content.add(batch)
        records[spec.name] = TableRecord(content.rows, content.hexdigest(), ())
    findings = judge(subject, figures) + judge_own(subject, there.batches)
    refuse_failures(findings)
    return dataclasses.replace(
        manifest,
        last=known.isoformat(),
        options={**manifest.options, "as_of": day.isoformat()},
        tables={name: records[name] for name in tables},
        findings=[f.as_dict() for f in findings],
    )
