"""Spark with executors of their own: what is shipped can be shipped, and an executor may die."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.spark_sessions import hashes, hexed, needs_java, spark_on

import footfall
import footfall.spark
from footfall.spark.generate import generate_into
from footfall.spark.verdict import content_hashes
from footfall.workflow.request import Request
from footfall.workflow.verify import verify

pytestmark = [needs_java, pytest.mark.slow]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with spark_on("local-cluster[2,1,1024]", tmp_path_factory.mktemp("spark")) as session:
        yield session


@pytest.mark.parametrize("scale", [1, 20])
@pytest.mark.parametrize("scenario", ["vantage", "storefront"])
def test_rows_are_those_of_the_local_engine(spark: Any, scenario: str, scale: int) -> None:
    """Every table has the local engine's content hash, made by processes that share nothing with this one."""
    local = footfall.generate(scenario, scale=scale)
    for partitions in (1, 3, 8):
        frames = footfall.spark.tables(spark, scenario, scale=scale, partitions=partitions)
        assert hexed(content_hashes(local.subject.tables, frames)) == hashes(local)


def test_the_contract_is_judged_by_executors(spark: Any, tmp_path: Path) -> None:
    """A data set that executors have written and judged is one that verify finds good."""
    outcome = generate_into(Request("storefront", scale=0.5), str(tmp_path / "set"))
    assert [f.verdict for f in outcome.findings].count("fail") == 0
    assert [f.check for f in verify(tmp_path / "set") if f.verdict == "fail"] == []


@pytest.mark.parametrize("table", ["order_items", "reviews"])
def test_a_killed_executor_is_survived(spark: Any, table: str, tmp_path: Path) -> None:
    """An executor that is killed in the middle, with the rows and shuffles that it had, changes no row."""
    local = footfall.generate("storefront", scale=2)
    frames = footfall.spark.tables(spark, "storefront", scale=2, partitions=4)
    mark = tmp_path / "killed"
    frames[table] = frames[table].mapInArrow(_killing(str(mark)), frames[table].schema)
    assert hexed(content_hashes(local.subject.tables, frames)) == hashes(local)
    assert mark.exists()


def _killing(mark: str) -> Any:
    """Pass rows on; the first task that has some kills the executor that it belongs to."""

    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import os
        import signal

        for batch in batches:
            yield batch
            try:
                os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            with open(f"/proc/{os.getppid()}/stat", encoding="ascii") as stat:
                executor = int(stat.read().rpartition(")")[2].split()[1])  # the parent of the workers' parent
            os.kill(executor, signal.SIGKILL)

    return task
