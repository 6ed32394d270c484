"""What is told of published tables while they are made: figures for the contract, and content hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pyarrow as pa

from footfall.contract.figures import Figures
from footfall.contract.findings import Finding
from footfall.contract.judge import judge
from footfall.contract.subject import Subject
from footfall.core.content_hash import ContentHash
from footfall.core.errors import ContractBroken
from footfall.plan.plan import Plan


class Judging:
    """Figures and hashes, gathered from the very batches that are handed to the writer.

    Judgings of ranges that follow each other merge into the judging of all of them; each has observed
    the dimensions too, since orders are judged by them.
    """

    def __init__(self, plan: Plan) -> None:
        self.subject = subject_of(plan)
        self.figures = Figures(self.subject)
        self.hashes = {name: ContentHash(spec) for name, spec in plan.tables.items()}

    def observe(self, table: str, batch: pa.RecordBatch) -> None:
        """Take note of a batch that is published, as it was simulated: it ends with all lines of an order."""
        self.hashes[table].add(batch)  # first, as it leaves the batch in the processor's caches
        self.figures.observe_whole(table, batch)

    def glance(self, table: str, batch: pa.RecordBatch) -> None:
        """Take note of a batch that another range publishes."""
        self.figures.observe(table, batch)

    def merge(self, following: Judging) -> None:
        """Add what was told of the rows that follow."""
        self.figures.merge(following.figures)
        for name, found in following.hashes.items():
            self.hashes[name].merge(found)

    def findings(self) -> list[Finding]:
        """Judge all of it."""
        return judge(self.subject, self.figures)


def subject_of(plan: Plan) -> Subject:
    """What the tables of a plan claim to be."""
    return Subject(
        plan.scenario,
        plan.tables,
        plan.first,
        plan.last,
        asdict(plan.solved),
        plan.leads,
        None if plan.as_of is None else plan.calendar.date_of(plan.as_of),
    )


def refuse_failures(findings: Sequence[Finding]) -> None:
    """Refuse to publish what breaks its contract.

    Raises
    ------
    ContractBroken
        A check failed.
    """
    failed = [f for f in findings if f.verdict == "fail"]
    if failed:
        raise ContractBroken(
            f"{len(failed)} of {len(findings)} checks failed, nothing was published: "
            + "; ".join(f"{f.check} ({f.detail or f.observed})" for f in failed),
            findings,
        )
