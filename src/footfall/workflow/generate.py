"""The one-page story: load, plan, simulate into a sink, check, publish."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

import footfall
from footfall.contract.findings import Finding
from footfall.contract.own_checks import judge_own
from footfall.core.content_hash import ContentHash
from footfall.core.errors import RequestError
from footfall.core.schema import TableSpec
from footfall.plan.parts import LARGE, ORDERS_A_PART, part_of, tables_in_parts
from footfall.plan.plan import Plan, plan
from footfall.scenario.load import load
from footfall.scenario.model import Scenario
from footfall.simulate.rehearsal import rehearsed
from footfall.sinks.base import Manifest, Sink, TableRecord, open_sink
from footfall.workflow.dataset import Dataset
from footfall.workflow.judging import refuse_failures
from footfall.workflow.making import Progress, make
from footfall.workflow.request import Request, texts
from footfall.workflow.workers import Team


class OpenSink(Protocol):
    """Claims the place that a data set goes to, and opens a sink there."""

    def __call__(self, scenario_name: str, specs: Sequence[TableSpec], *, in_parts: frozenset[str]) -> Sink:
        """Open the sink; every refusal that can be foreseen comes now."""


@dataclass(frozen=True)
class Outcome:
    """A published data set: what it is, and how it was judged."""

    manifest: Manifest
    findings: list[Finding]


def planned(request: Request) -> Plan:
    """Load, override and scale the scenario of a request, plan it, and rehearse what its own draws decide."""
    return _planned(request, load(request.scenario, request.overrides).scaled(request.scale))


def _planned(request: Request, scenario: Scenario) -> Plan:
    days = (request.first, request.last)
    whole = rehearsed(plan(scenario, request.seed, *days, request.tables, as_of=request.as_of))
    return part_of(whole, request.part, request.parts) if request.part and request.parts else whole


def generate_into(
    request: Request,
    directory: Path,
    *,
    format: str = "csv",  # noqa: A002 - the word that users know
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Make a data set and publish it in `directory`, if and only if its contract holds.

    Raises
    ------
    FootfallError
        For a request, scenario or place that is not allowed, or a target that can't be reached.
    ContractBroken
        A check failed; nothing was published. Its `findings` tell all.
    """

    def opened(scenario_name: str, specs: Sequence[TableSpec], *, in_parts: frozenset[str]) -> Sink:
        return open_sink(format, directory, scenario_name, specs, overwrite=overwrite, in_parts=in_parts)

    return publish_into(request, opened, format=format, progress=progress)


def publish_into(
    request: Request,
    opened: OpenSink,
    *,
    format: str,  # noqa: A002 - the word that users know
    progress: Progress | None = None,
) -> Outcome:
    """Make a data set in a sink, and publish it if and only if its contract holds.

    Parameters
    ----------
    opened
        Opens the sink as soon as it is known what will be written.
    format
        What the manifest calls the format of the tables.
    """
    scenario = load(request.scenario, request.overrides).scaled(request.scale)
    with _team(request, scenario) as team:
        what = _planned(request, scenario)
        sink = opened(scenario.name, list(what.tables.values()), in_parts=tables_in_parts(what))
        try:
            made = make(what, sink.write, files=sink.part_files(), team=team, progress=progress)
            sink.take(made.written)
            findings = made.judging.findings()
            findings += judge_own(made.judging.subject, sink.batches, sink.beside)
            refuse_failures(findings)
            files = {name: sink.files(name) for name in what.tables}
            manifest = manifest_of(
                request, what, format_=format, hashes=made.judging.hashes, findings=findings, files=files
            )
            sink.publish(manifest)
        except BaseException:
            sink.abort()
            raise
    return Outcome(manifest=manifest, findings=findings)


def generate(
    scenario: str,
    *,
    seed: int = 42,
    scale: float = 1.0,
    first: dt.date | None = None,
    last: dt.date | None = None,
    tables: Iterable[str] | None = None,
    overrides: Iterable[str] = (),
    workers: int = 1,
    part: int | None = None,
    parts: int | None = None,
    as_of: dt.date | None = None,
    orders_a_part: int = ORDERS_A_PART,
) -> Dataset:
    """Make a data set in memory.

    Parameters
    ----------
    scenario
        Name of a shipped scenario, or a path to a file.
    seed, scale, first, last, tables, overrides, part, parts, as_of
        As for :class:`footfall.workflow.request.Request`.
    workers
        Processes that simulate. With more than one, a script needs Python's usual
        ``if __name__ == "__main__":`` guard.
    orders_a_part
        How many orders are simulated at once; the result does not depend on it.

    Returns
    -------
    Dataset
        Tables in memory, and what the contract found: a check that failed is told there, and refused only
        by :meth:`~footfall.workflow.dataset.Dataset.write`.

    Raises
    ------
    RequestError, ScenarioError
        For values or a scenario that are not allowed.
    UnreachableTarget
        For a target that no setting of the free knobs reaches.

    Examples
    --------
    >>> dataset = generate("vantage", scale=0.01)
    >>> list(dataset.tables)
    ['raw_products', 'raw_orders', 'raw_line_items', 'raw_marketing_daily', 'raw_budget_monthly']
    """
    if not isinstance(orders_a_part, int) or orders_a_part < 1:
        raise RequestError(f"orders_a_part={orders_a_part!r}: give a whole number from 1")
    chosen = None if tables is None else texts("tables", tables)
    request = Request(
        scenario, seed, scale, first, last, chosen, texts("overrides", overrides), workers, part, parts, as_of
    )
    loaded = load(request.scenario, request.overrides).scaled(request.scale)
    with _team(request, loaded) as team:
        what = _planned(request, loaded)
        kept: dict[str, list[pa.RecordBatch]] = {name: [] for name in what.tables}
        made = make(
            what,
            lambda table, batch: kept[table].append(batch),
            team=team,
            orders_a_part=orders_a_part,
        )
    findings = made.judging.findings()
    findings += judge_own(made.judging.subject, lambda spec: kept[spec.name])
    return Dataset(
        tables={
            name: pa.Table.from_batches(kept[name], schema=spec.arrow_schema)
            for name, spec in what.tables.items()
        },
        findings=findings,
        subject=made.judging.subject,
        manifest=manifest_of(
            request,
            what,
            format_="arrow",
            hashes=made.judging.hashes,
            findings=findings,
            files=dict.fromkeys(what.tables, ()),
        ),
    )


def _team(request: Request, scenario: Scenario) -> AbstractContextManager[Team | None]:
    """Start workers beside this process; where nobody asks, one a core in all for what is big."""
    workers = request.workers
    if workers is None:
        workers = (os.cpu_count() or 1) if scenario.demand.orders > LARGE else 1
    return Team(workers - 1) if workers > 1 else nullcontext()


def manifest_of(
    request: Request,
    what: Plan,
    *,
    format_: str,
    hashes: Mapping[str, ContentHash],
    findings: Sequence[Finding],
    files: Mapping[str, tuple[str, ...]],
) -> Manifest:
    """Tell how a data set was made, and what its tables hold."""
    return Manifest(
        footfall_version=footfall.__version__,
        scenario=what.asked.model_dump(mode="json", by_alias=True),
        fingerprint=what.asked.fingerprint,
        seed=request.seed,
        scale=request.scale,
        first=what.first.isoformat(),
        last=what.last.isoformat(),
        format=format_,
        options={
            "tables": list(what.tables),
            "set": list(request.overrides),
            "part": [request.part or 1, request.parts or 1],
            **({"as_of": request.as_of.isoformat()} if request.as_of else {}),
            **_plugins(what),
        },
        solved=asdict(what.solved),
        tables={
            name: TableRecord(rows=h.rows, content_hash=h.hexdigest(), files=tuple(files[name]))
            for name, h in hashes.items()
        },
        findings=[f.as_dict() for f in findings],
    )


def _plugins(what: Plan) -> dict[str, dict[str, str]]:
    """Plug-ins that made columns, with distribution and version; nothing where there are none."""
    made = (column.made for spec in what.tables.values() for column in spec.columns)
    names = sorted({each.plugin for each in made if each is not None and each.plugin})
    if not names:
        return {}
    from footfall.scenario.plugins import plugin  # noqa: PLC0415 - few scenarios have any

    return {"plugins": {name: plugin(name).source for name in names}}
