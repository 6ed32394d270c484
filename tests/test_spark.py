"""Spark on this machine: the same rows as the local engine's, published if and only if the contract holds."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.changing import CHANGING
from tests.shipped import SHIPPED
from tests.spark_sessions import hashes, hexed, needs_java, spark_on

import footfall
import footfall.spark
from footfall.cli.main import run
from footfall.core.errors import ContractBroken, DataError, OutputError, RequestError, UnreachableTarget
from footfall.plan.plan import Plan, plan
from footfall.scenario.load import load
from footfall.sinks.base import Manifest
from footfall.spark import publishing, verdict, work
from footfall.spark.generate import generate_into
from footfall.spark.verdict import content_hashes, refuse_other_rows
from footfall.spark.work import Shipped
from footfall.workflow.generate import planned
from footfall.workflow.request import Request
from footfall.workflow.verify import verify

pytestmark = pytest.mark.slow

ASKED = ["generate", "vantage", "--engine", "spark", "-o", "data"]
BY_ORDER = {"vantage": "raw_line_items", "storefront": "order_items", "jaffle": "raw_items"}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with spark_on("local[2]", tmp_path_factory.mktemp("spark")) as session:
        yield session


@needs_java
@pytest.mark.parametrize("scale", [1, 20])
@pytest.mark.parametrize("scenario", list(BY_ORDER))
def test_rows_are_those_of_the_local_engine(spark: Any, scenario: str, scale: int) -> None:
    """Every table has the local engine's content hash, however many partitions; no driver sees the rows."""
    local = footfall.generate(scenario, scale=scale)
    for partitions in (1, 3, 8):
        frames = footfall.spark.tables(spark, scenario, scale=scale, partitions=partitions)
        assert frames[BY_ORDER[scenario]].rdd.getNumPartitions() == partitions
        assert hexed(content_hashes(local.subject.tables, frames)) == hashes(local)


@needs_java
@pytest.mark.parametrize("scenario", [name for name in SHIPPED if name not in BY_ORDER])
def test_rows_of_every_other_shop_are_those_of_the_local_engine(spark: Any, scenario: str) -> None:
    """Every table of each other shipped scenario has the local engine's content hash."""
    local = footfall.generate(scenario, scale=0.05)
    frames = footfall.spark.tables(spark, scenario, scale=0.05, partitions=3)
    assert hexed(content_hashes(local.subject.tables, frames)) == hashes(local)


@needs_java
@pytest.mark.parametrize(
    ("scenario", "options"),
    [
        ("vantage", {"first": "2025-03-30", "last": "2025-04-02"}),
        ("storefront", {"first": "2023-12-30", "last": "2024-04-02"}),
        ("vantage", {"as_of": "2025-06-15"}),
        ("storefront", {"as_of": "2024-06-15"}),
        ("storefront", {"tables": ("reviews",), "overrides": ("reviews.ratings.deal=expected",)}),
        ("vantage", {"tables": ("raw_customers", "raw_budget_monthly"), "seed": 7}),
        ("storefront", {"overrides": CHANGING["storefront"], "as_of": "2024-06-15"}),
        ("vantage", {"overrides": CHANGING["vantage"]}),
    ],
)
def test_what_is_asked_for_is_what_is_made(spark: Any, scenario: str, options: dict[str, Any]) -> None:
    """Days, tables, changes and seeds mean the same to both engines."""
    asked = {
        k: dt.date.fromisoformat(v) if k in ("first", "last", "as_of") else v for k, v in options.items()
    }
    local = footfall.generate(scenario, scale=0.2, **asked)
    frames = footfall.spark.tables(spark, scenario, scale=0.2, partitions=3, **asked)
    assert list(frames) == list(local.tables)
    assert hexed(content_hashes(local.subject.tables, frames)) == hashes(local)


@needs_java
def test_the_driver_has_no_room_for_the_rows(spark: Any) -> None:
    """The limit of results that the other tests keep is one that rows would break."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    orders = footfall.spark.tables(spark, "vantage", scale=20, partitions=3)["raw_orders"]
    with pytest.raises((PySparkException, Py4JError), match="maxResultSize"):
        orders.collect()


@needs_java
def test_frames_are_lazy_and_plans_are_small(spark: Any) -> None:
    """At any scale nothing runs before a frame is used, and what is shipped does not grow with the orders."""
    before = spark.sparkContext.statusTracker().getJobIdsForGroup()
    frames = footfall.spark.tables(spark, "vantage", scale=10_000)
    assert list(spark.sparkContext.statusTracker().getJobIdsForGroup()) == list(before)
    assert [row.order_id for row in frames["raw_orders"].take(3)] == [1, 2, 3]
    assert len(Shipped(plan(load("vantage").scaled(10_000)))) < 1 << 20


@needs_java
def test_types_and_words_of_the_specification_are_sparks(spark: Any) -> None:
    """Money is decimal, times have no zone, nothing is nullable, and each column says what it is."""
    frame = footfall.spark.tables(spark, "vantage", scale=0.01)["raw_line_items"]
    types = dict(frame.dtypes)
    assert types["unit_price_paid"] == "decimal(12,2)"
    assert types["discount"] == "decimal(3,2)"
    orders = footfall.spark.tables(spark, "vantage", scale=0.01)["raw_orders"]
    assert dict(orders.dtypes)["order_ts"] == "timestamp_ntz"
    assert not any(field.nullable for field in frame.schema)
    assert frame.schema["qty"].metadata["comment"] == "Units bought."


@needs_java
@pytest.mark.parametrize(
    ("scenario", "sets"),
    [*((name, ()) for name in SHIPPED), ("storefront", CHANGING["storefront"])],
)
def test_the_command_publishes_what_verify_finds_good(  # noqa: PLR0917 - fixtures and two parameters
    spark: Any,
    scenario: str,
    sets: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The files hold the local engine's rows, the manifest names them, and nothing else lies there.

    Once with one partition, once with many, which are judged apart and merged.
    """
    scale = 0.3 if scenario in BY_ORDER else 0.02
    for place in (tmp_path / "plain", tmp_path / "named"):
        if place.name == "named":
            monkeypatch.setattr(work, "ORDERS_A_PARTITION", {"vantage": 800, "jaffle": 500}.get(scenario, 60))
            monkeypatch.setattr(verdict, "REVIEWS_A_PLACE", 100)
        where = f"file:{place}" if place.name == "named" else str(place)
        changes = [word for change in sets for word in ("--set", change)]
        with pytest.raises(SystemExit) as ended:
            run(["generate", scenario, "--scale", str(scale), "--engine", "spark", "-o", where, *changes])
        assert (ended.value.code, "checks passed" in capsys.readouterr().out) == (0, True)
        local = footfall.generate(scenario, scale=scale, overrides=sets)
        manifest = Manifest.read(place)
        assert {n: t.content_hash for n, t in manifest.tables.items()} == hashes(local)
        assert [f["verdict"] for f in manifest.findings] == [f.verdict for f in local.findings]
        assert [f.check for f in verify(place) if f.verdict == "fail"] == []
        found = {p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file()}
        assert found == manifest.files | {"_footfall/manifest.json"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["named", "plain"]


@needs_java
def test_only_an_earlier_data_set_is_replaced(spark: Any, tmp_path: Path) -> None:
    """A taken place is refused; a data set is replaced when asked for, unless a stranger's file is in it."""
    place, few = tmp_path / "set", {"scale": 0.01, "tables": ("raw_products", "raw_budget_monthly")}
    place.mkdir()
    (place / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="never replaced"):
        generate_into(Request("vantage", **few), str(place), overwrite=True)  # type: ignore[arg-type]
    (place / "notes.txt").unlink()
    generate_into(Request("vantage", **few), str(place))  # type: ignore[arg-type]
    with pytest.raises(OutputError, match="--overwrite"):
        generate_into(Request("vantage", **few), str(place))  # type: ignore[arg-type]
    generate_into(Request("vantage", seed=7, **few), str(place), overwrite=True)  # type: ignore[arg-type]
    assert Manifest.read(place).seed == 7
    assert [f.check for f in verify(place) if f.verdict == "fail"] == []
    for directory in (place, place / "raw_products"):
        (directory / "notes.txt").write_text("mine")
        with pytest.raises(OutputError, match=r"notes\.txt, which Footfall did not write"):
            generate_into(Request("vantage", **few), str(place), overwrite=True)  # type: ignore[arg-type]
        (directory / "notes.txt").unlink()
    assert [p.name for p in tmp_path.iterdir()] == ["set"]


@needs_java
def test_where_a_rename_is_a_copy_the_manifest_comes_last(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object store's data set is written the other way round, and is as good."""
    monkeypatch.setattr(publishing, "_RENAMING", ())
    generate_into(Request("vantage", scale=0.01), str(tmp_path / "set"))
    assert [f.check for f in verify(tmp_path / "set") if f.verdict == "fail"] == []
    assert [p.name for p in tmp_path.iterdir()] == ["set"]


@needs_java
def test_a_run_killed_between_two_renames_loses_nothing(spark: Any, tmp_path: Path) -> None:
    """A data set that was moved aside by a run that is no more comes back with the next run."""
    few = Request("vantage", scale=0.01, tables=("raw_products",))
    generate_into(few, str(tmp_path / "set"))
    (tmp_path / "set").rename(tmp_path / ".set.inprogress-local-1.old")
    with pytest.raises(OutputError, match="already holds a data set"):
        generate_into(few, str(tmp_path / "set"))
    assert [p.name for p in tmp_path.iterdir()] == ["set"]


@needs_java
def test_a_broken_contract_publishes_nothing(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the rows are not what the scenario says, nothing is published, and the finding is told."""
    from footfall.spark import generate

    def off(request: Request) -> Plan:
        right = planned(request)
        dearer = right.calendar.discount + 1
        return dataclasses.replace(right, calendar=dataclasses.replace(right.calendar, discount=dearer))

    monkeypatch.setattr(generate, "planned", off)
    with pytest.raises(ContractBroken) as caught:
        generate_into(Request("vantage", scale=0.1), str(tmp_path / "set"))
    assert [f for f in caught.value.findings if f.verdict == "fail"]  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


@needs_java
def test_other_rows_than_those_judged_are_refused(spark: Any) -> None:
    """A table that lost a row between judging and reading back is named."""
    local = footfall.generate("vantage", scale=0.01)
    specs = local.subject.tables
    frames = footfall.spark.tables(spark, "vantage", scale=0.01)
    judged = content_hashes(specs, frames)
    refuse_other_rows(judged, judged)
    lost = {**frames, "raw_orders": frames["raw_orders"].where("order_id <> 7")}
    with pytest.raises(DataError, match="'raw_orders' as Spark wrote it"):
        refuse_other_rows(content_hashes(specs, lost), judged)


@needs_java
def test_what_a_task_refuses_is_one_line(spark: Any, tmp_path: Path) -> None:
    """An error that only tasks can find is the local engine's, and so is its exit code."""
    asked = Request("storefront", scale=0.2, overrides=("reviews.count=7500",))
    with pytest.raises(UnreachableTarget, match=r"reviews\.count: 1,500 reviews are asked for") as caught:
        generate_into(asked, str(tmp_path / "set"))
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--engine", "spark", "--format", "csv"], "Spark writes parquet"),
        (["--engine", "spark", "--workers", "2"], "--engine local"),
        (["--master", "local[2]"], "--engine spark"),
        (["--engine", "flink"], "local, spark"),
    ],
)
def test_what_does_not_go_together_is_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options of one engine are refused by the other, before anything is started."""
    with pytest.raises(SystemExit) as ended:
        run(["generate", "vantage", *arguments])
    assert (ended.value.code, said in capsys.readouterr().err) == (2, True)


@pytest.mark.parametrize(
    ("start", "said"),
    [("", "Java 17"), ("import sys; sys.modules['pyspark'] = None; ", "pip install 'footfall[spark]'")],
    ids=["java", "pyspark"],
)
def test_what_is_missing_is_named(start: str, said: str, tmp_path: Path) -> None:
    """Without Java or PySpark, asking for Spark says in one line what to install; nothing is written."""
    command = f"{start}from footfall.cli.main import run; run({ASKED!r})"
    bare = {**os.environ, "PATH": str(tmp_path), "JAVA_HOME": ""}
    done = subprocess.run(
        [sys.executable, "-c", command], env=bare, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_partitions_are_a_whole_number() -> None:
    """No partitions, no frames: one line, before Spark is asked for anything."""
    with pytest.raises(RequestError, match="from 1"):
        footfall.spark.tables(None, "vantage", partitions=0)  # type: ignore[arg-type]
