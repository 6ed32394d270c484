"""The one-page story: load, plan, simulate into a sink, check, publish."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

import footfall
from footfall.contract.figures import Figures
from footfall.contract.findings import Finding
from footfall.contract.judge import judge
from footfall.contract.subject import Subject
from footfall.core.content_hash import ContentHash
from footfall.core.errors import ContractBroken
from footfall.plan.parts import ORDERS_A_PART
from footfall.plan.plan import Plan, plan
from footfall.scenario.load import load
from footfall.simulate.rehearsal import rehearsed
from footfall.sinks.base import Manifest, TableRecord, open_sink
from footfall.workflow.dataset import Dataset
from footfall.workflow.request import Request
from footfall.workflow.stream import Progress, stream

_ORDERS_WORTH_WORKERS = 1_000_000


@dataclass(frozen=True)
class Outcome:
    """A published data set: where it is, what it is, how it was judged."""

    directory: Path
    manifest: Manifest
    findings: list[Finding]


def planned(request: Request) -> Plan:
    """Load, override and scale the scenario of a request, plan it, and rehearse what its own draws decide."""
    scenario = load(request.scenario, request.overrides).scaled(request.scale)
    return rehearsed(plan(scenario, request.seed, request.first, request.last, request.tables))


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
    what = planned(request)
    sink = open_sink(format, directory, what.scenario.name, list(what.tables.values()), overwrite=overwrite)
    try:
        judged = _Judged.of(what, stream(what, _workers(request, what), progress=progress), sink.write)
        judged.refuse_failures()
        files = {name: sink.files(name) for name in what.tables}
        manifest = judged.manifest(request, what, format, files)
        sink.publish(manifest)
    except BaseException:
        sink.abort()
        raise
    return Outcome(directory=directory, manifest=manifest, findings=judged.findings)


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
    orders_a_part: int = ORDERS_A_PART,
) -> Dataset:
    """Make a data set in memory.

    Parameters
    ----------
    scenario
        Name of a shipped scenario, or a path to a file.
    seed, scale, first, last, tables, overrides
        As for :class:`footfall.workflow.request.Request`.
    workers
        Processes that simulate. With more than one, a script needs Python's usual
        ``if __name__ == "__main__":`` guard.
    orders_a_part
        How many orders are simulated at once; the result does not depend on it.

    Examples
    --------
    >>> dataset = generate("vantage", scale=0.01)
    >>> list(dataset.tables)
    ['raw_products', 'raw_orders', 'raw_line_items', 'raw_marketing_daily', 'raw_budget_monthly']
    """
    chosen = None if tables is None else tuple(tables)
    request = Request(scenario, seed, scale, first, last, chosen, tuple(overrides), workers)
    what = planned(request)
    kept: dict[str, list[pa.RecordBatch]] = {name: [] for name in what.tables}
    batches = stream(what, workers, orders_a_part)
    judged = _Judged.of(what, batches, lambda table, batch: kept[table].append(batch))
    return Dataset(
        tables={
            name: pa.Table.from_batches(kept[name], schema=spec.arrow_schema)
            for name, spec in what.tables.items()
        },
        findings=judged.findings,
        subject=judged.subject,
        manifest=judged.manifest(request, what, "arrow", dict.fromkeys(what.tables, ())),
    )


def _workers(request: Request, what: Plan) -> int:
    if request.workers is not None:
        return request.workers
    start, stop = (what.counts.first_order_of(day) for day in what.simulated_days)
    # Starting a process takes as long as simulating some hundred thousand orders.
    return 1 if stop - start < _ORDERS_WORTH_WORKERS else os.cpu_count() or 1


@dataclass(frozen=True)
class _Judged:
    """Findings and hashes, gathered from the very batches that were handed to the writer."""

    subject: Subject
    findings: list[Finding]
    hashes: dict[str, ContentHash]

    @classmethod
    def of(
        cls,
        what: Plan,
        batches: Iterable[tuple[str, pa.RecordBatch]],
        write: Callable[[str, pa.RecordBatch], None],
    ) -> _Judged:
        subject = Subject(what.scenario, what.tables, what.first, what.last, asdict(what.solved))
        figures = Figures(subject)
        hashes = {name: ContentHash(spec) for name, spec in what.tables.items()}
        for table, batch in batches:
            write(table, batch)
            figures.observe(table, batch)
            hashes[table].add(batch)
        return cls(subject, judge(subject, figures), hashes)

    def refuse_failures(self) -> None:
        failed = [f for f in self.findings if f.verdict == "fail"]
        if failed:
            raise ContractBroken(
                f"{len(failed)} of {len(self.findings)} checks failed, nothing was published: "
                + "; ".join(f"{f.check} ({f.detail or f.observed})" for f in failed),
                self.findings,
            )

    def manifest(
        self, request: Request, what: Plan, format_: str, files: Mapping[str, tuple[str, ...]]
    ) -> Manifest:
        return Manifest(
            footfall_version=footfall.__version__,
            scenario=what.scenario.model_dump(mode="json", by_alias=True),
            fingerprint=what.scenario.fingerprint,
            seed=request.seed,
            scale=request.scale,
            first=what.first.isoformat(),
            last=what.last.isoformat(),
            format=format_,
            options={"tables": list(what.tables), "set": list(request.overrides)},
            solved=asdict(what.solved),
            tables={
                name: TableRecord(rows=h.rows, content_hash=h.hexdigest(), files=tuple(files[name]))
                for name, h in self.hashes.items()
            },
            findings=[f.as_dict() for f in self.findings],
        )
