"""The contract over data that already lies somewhere, from its files or its database alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from footfall.contract.figures import Figures
from footfall.contract.findings import Finding
from footfall.contract.judge import judge
from footfall.contract.own_checks import judge_own
from footfall.contract.subject import Subject
from footfall.core.content_hash import ContentHash
from footfall.core.errors import DataError, RequestError
from footfall.scenario.bending import bent
from footfall.sinks.database import Source, opened
from footfall.sinks.ddl import referenced_first
from footfall.workflow.remembered import scenario_of

_UNREADABLE = "every table can be read as what the manifest says it is"
_CHANGED = "rows and content are those that the manifest records"


@dataclass(frozen=True)
class Judged:
    """What the contract found in a data set, and the tables of it that can be read."""

    findings: list[Finding]
    subject: Subject


def verify(place: Path | str, *, schema: str = "raw") -> list[Finding]:
    """Judge every published table of a data set, and compare it with its manifest.

    Parameters
    ----------
    place
        Directory, or address of a database.
    schema
        Where in a database.

    Raises
    ------
    RequestError, DataError
        There is no manifest, or it is broken.
    """
    with opened(place, schema) as source:
        return judged(source).findings


def judged(source: Source) -> Judged:
    """Judge an open data set.

    Raises
    ------
    RequestError, DataError
        It is no whole state, or its manifest is broken.
    """
    manifest = source.manifest
    if "changes" in manifest.options:
        raise RequestError(
            f"{source.shown} holds the changes of {manifest.options['changes']}; a whole state is judged"
        )
    scenario = bent(scenario_of(manifest, source.shown), manifest.solved)
    try:
        first, last = dt.date.fromisoformat(manifest.first), dt.date.fromisoformat(manifest.last)
        said = manifest.options.get("as_of")
        as_of = scenario.still_open(last, dt.date.fromisoformat(said) if said else None)
    except (TypeError, ValueError) as error:
        raise DataError(f"{source.shown}: the manifest's first, last or as_of is no day: {error}") from error
    known = [name for name in scenario.tables if name in manifest.tables]
    tables = scenario.publishing(known) if known else {}

    leads = manifest.options.get("part", [1, 1])[:1] == [1]
    files: dict[str, Finding] = {}
    readable = dict(tables)
    subject = Subject(scenario, tables, first, last, manifest.solved, leads, as_of)
    figures = Figures(subject)
    for spec in referenced_first(subject.in_reading_order):  # joined columns are compared with what they show
        name, content = spec.name, ContentHash(spec)
        try:
            for batch in source.batches(spec):
                figures.observe(name, batch)
                content.add(batch)
        except DataError as error:
            files[name] = _file_finding(
                f"files.{name}.readable", _UNREADABLE, "readable", "not readable", str(error)
            )
            del readable[name]
            continue
        record = manifest.tables[name]
        is_same = (content.rows, content.hexdigest()) == (record.rows, record.content_hash)
        files[name] = _file_finding(
            f"files.{name}.unchanged",
            _CHANGED,
            f"{record.rows:,} rows, {record.content_hash[:12]}",
            f"{content.rows:,} rows, {content.hexdigest()[:12]}",
            "" if is_same else f"{name} is not what was published: rows were added, removed or edited",
        )
    if len(readable) < len(tables):
        # What can't be read is not published as far as the checks are concerned; half-read rows don't count.
        subject = Subject(scenario, readable, first, last, manifest.solved, leads, as_of)
        figures = Figures(subject)
        for spec in referenced_first(subject.in_reading_order):
            for batch in source.batches(spec):
                figures.observe(spec.name, batch)
    findings = [files[name] for name in tables] + judge(subject, figures)
    return Judged(findings + judge_own(subject, source.batches), subject)


def _file_finding(check: str, rule: str, target: str, observed: str, detail: str) -> Finding:
    verdict = "fail" if detail else "pass"
    return Finding(check, "rule", rule, verdict, target, observed, "exact", detail=detail)  # type: ignore[arg-type]  # one of two literals
