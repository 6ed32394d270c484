"""The story once more, on a cluster: plan, judge, write, read back, publish."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from footfall.contract.own_checks import judge_own
from footfall.core.errors import RequestError
from footfall.spark.frames import frames_of
from footfall.spark.publishing import Target
from footfall.spark.session import explained, session
from footfall.spark.sweep import JUDGING, PURCHASES, REVENUE, sweep
from footfall.spark.verdict import collected_batches, content_hashes, refuse_other_rows, verdict
from footfall.spark.work import Work
from footfall.workflow.generate import Outcome, manifest_of, planned
from footfall.workflow.judging import refuse_failures, subject_of
from footfall.workflow.request import Request

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_UNTYPED = ("csv", "json", "text", "xml", "duckdb")


def generate_into(
    request: Request,
    place: str,
    *,
    format: str = "parquet",  # noqa: A002 - the word that users know
    overwrite: bool = False,
    master: str | None = None,
) -> Outcome:
    """Make a data set with Spark and publish it, if and only if its contract holds.

    Orders are simulated three times: once to be judged, once for each of the tables of orders and of
    lines. Then what was written is read back, and its hashes must be those of what was judged.

    Parameters
    ----------
    place
        A path, or an address that Spark can write to.
    format
        Any that Spark can write and that keeps types.
    master
        Of the cluster.

    Raises
    ------
    FootfallError
        For what is not allowed or can't be reached, and for what Spark can't do.
    ContractBroken
        A check failed; nothing was published.
    """
    if format in _UNTYPED:
        raise RequestError(
            f"--format {format}: Spark writes parquet, orc, or what it was given besides, such as delta or "
            "iceberg; without --engine spark there are csv and duckdb, too"
        )
    if request.workers is not None:
        raise RequestError("--workers is for --engine local; with Spark, the master says how many: local[4]")
    what = planned(request)
    with session(master) as spark, explained():
        work = Work.of(spark, what)
        target = Target(spark, place, overwrite=overwrite)
        kept: list[DataFrame] = []
        try:
            swept = sweep(work, REVENUE, PURCHASES, JUDGING).persist()
            kept.append(swept)
            frames = frames_of(work, lambda kind: swept.where(swept.kind == kind))
            for name, spec in what.tables.items():
                if not spec.keyed_by_order:
                    frames[name] = frames[name].persist()
                    kept.append(frames[name])
            found = verdict(work, frames, swept.where(swept.kind == JUDGING))
            refuse_failures(found.findings)
            for name, frame in frames.items():
                frame.write.format(format).save(target.table(name))
            lying = {name: spark.read.format(format).load(target.table(name)) for name in frames}
            refuse_other_rows(content_hashes(what.tables, lying), found.hashes)
            findings = found.findings + judge_own(
                subject_of(what), lambda spec: collected_batches(spec, lying[spec.name])
            )
            refuse_failures(findings)
            manifest = manifest_of(
                request,
                what,
                format_=format,
                hashes=found.hashes,
                findings=findings,
                files={name: target.part_files(name) for name in what.tables},
            )
            target.publish(manifest)
        except BaseException:
            with suppress(Exception):  # the error that led here is the one to be seen
                target.abort()
            raise
        finally:
            with suppress(Exception):  # as above
                for frame in kept:
                    frame.unpersist()
    return Outcome(manifest=manifest, findings=findings)
