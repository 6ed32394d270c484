"""Big sets: tables in part files, worker processes that write them, and parts for many machines."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import footfall
from footfall import Dataset
from footfall.core.errors import OutputError, RequestError
from footfall.plan import parts
from footfall.plan.parts import part_of, shards, shares
from footfall.plan.plan import plan
from footfall.scenario.load import load
from footfall.sinks.base import Manifest
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from shipped import SHIPPED, publishing

SCALE = {name: {"vantage": 0.05, "storefront": 0.2}.get(name, 0.05) for name in SHIPPED}
BY_ORDER = {name: (publishing(name, "order"), publishing(name, "line")) for name in SHIPPED}


@pytest.fixture(params=list(SCALE))
def scenario(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each shipped scenario, with a few hundred orders counting as large."""
    monkeypatch.setattr(parts, "LARGE", 300)
    monkeypatch.setattr(parts, "ORDERS_A_FILE", 50)
    return str(request.param)


def published(scenario: str, directory: Path, **options: object) -> Manifest:
    form = str(options.pop("format", "parquet"))
    request = Request(scenario, seed=3, scale=SCALE[scenario], **options)  # type: ignore[arg-type]
    return generate_into(request, directory, format=form, overwrite=True).manifest


def whole(scenario: str) -> Dataset:
    return footfall.generate(scenario, seed=3, scale=SCALE[scenario])


@pytest.mark.parametrize("form", ["csv", "parquet", "duckdb"])
@pytest.mark.parametrize("workers", [1, 3])
def test_part_files_hold_the_very_rows(scenario: str, form: str, workers: int, tmp_path: Path) -> None:
    """Tables in part files have the hashes of the same tables in one file, and verify finds them good."""
    manifest = published(scenario, tmp_path / "set", format=form, workers=workers)
    expected = whole(scenario).manifest.tables
    assert {n: t.content_hash for n, t in manifest.tables.items()} == {
        n: t.content_hash for n, t in expected.items()
    }
    for table in BY_ORDER[scenario]:
        files = manifest.tables[table].files
        if form != "duckdb":
            assert len(files) % 8 == 0
            assert files[:2] == (f"{table}/part-00000.{form}", f"{table}/part-00001.{form}")
    assert [f.check for f in verify(tmp_path / "set") if f.verdict == "fail"] == []


def test_parts_are_sorted_and_joined_in_order(scenario: str, tmp_path: Path) -> None:
    """Read one after the other, the part files are the table: rows, order and types."""
    manifest = published(scenario, tmp_path / "set", workers=2)
    expected = whole(scenario).tables
    for table in BY_ORDER[scenario]:
        files = [pq.read_table(tmp_path / "set" / name) for name in manifest.tables[table].files]
        joined = pa.concat_tables(files)
        assert joined.num_rows == expected[table].num_rows
        assert joined.to_pydict() == expected[table].to_pydict()


def test_files_do_not_depend_on_workers(scenario: str, tmp_path: Path) -> None:
    """One worker and three write the same files, byte for byte, and the same manifest."""
    for workers in (1, 3):
        published(scenario, tmp_path / str(workers), workers=workers)
    names = sorted(p.relative_to(tmp_path / "1") for p in (tmp_path / "1").rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(tmp_path / "3") for p in (tmp_path / "3").rglob("*") if p.is_file())
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "3" / name).read_bytes(), name


def test_a_damaged_part_file_is_found(scenario: str, tmp_path: Path) -> None:
    """Verify reads every part file: one that is missing, or swapped for another, is named."""
    manifest = published(scenario, tmp_path / "set")
    first, second = (tmp_path / "set" / name for name in manifest.tables[BY_ORDER[scenario][1]].files[:2])
    second.write_bytes(first.read_bytes())
    assert [f for f in verify(tmp_path / "set") if f.verdict == "fail"]
    second.unlink()
    failed = [f for f in verify(tmp_path / "set") if f.verdict == "fail"]
    assert any("part-00001" in f.detail for f in failed)


def test_layouts_replace_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large over small and small over large: nothing stale stays, and what users put there is kept."""
    target = tmp_path / "set"
    request = Request("vantage", seed=3, scale=0.05)
    generate_into(request, target, format="parquet")
    monkeypatch.setattr(parts, "LARGE", 300)
    generate_into(request, target, format="parquet", overwrite=True)
    assert not (target / "raw_orders.parquet").exists()
    (target / "raw_orders" / "notes.txt").write_text("mine")
    monkeypatch.setattr(parts, "LARGE", 1 << 20)
    generate_into(request, target, format="parquet", overwrite=True)
    assert (target / "raw_orders.parquet").is_file()
    assert [p.name for p in (target / "raw_orders").iterdir()] == ["notes.txt"]
    monkeypatch.setattr(parts, "LARGE", 300)
    with pytest.raises(OutputError, match="raw_orders, which Footfall did not write"):
        generate_into(request, target, format="parquet", overwrite=True)


def test_big_tables_of_a_database_say_that_their_key_is_not_declared(tmp_path: Path, scenario: str) -> None:
    """DuckDB would index every key; at this size it is told in the table's comment instead."""
    manifest = published(scenario, tmp_path / "set", format="duckdb")
    table = BY_ORDER[scenario][1]
    with duckdb.connect(
        str(tmp_path / "set" / manifest.tables[table].files[0]), read_only=True
    ) as connection:
        ((said,),) = connection.execute(
            "SELECT comment FROM duckdb_tables() WHERE table_name = ?", [table]
        ).fetchall()
        kinds = connection.execute(
            "SELECT constraint_type FROM duckdb_constraints() WHERE table_name = ?", [table]
        ).fetchall()
    assert "not declared at this size" in said
    assert {kind for (kind,) in kinds} == {"NOT NULL"}


@pytest.mark.parametrize("count", [1, 2, 5])
def test_parts_for_many_machines_join_to_the_whole(count: int) -> None:
    """Every row of the whole lies in exactly one part, in order; each part keeps its contract."""
    for name, scale in SCALE.items():
        expected = footfall.generate(name, seed=3, scale=scale).tables
        found: dict[str, list[pa.Table]] = {table: [] for table in expected}
        for k in range(1, count + 1):
            made = footfall.generate(name, seed=3, scale=scale, part=k, parts=count)
            assert [f.check for f in made.findings if f.verdict == "fail"] == []
            for table, rows in made.tables.items():
                found[table].append(rows)
        for table, rows in expected.items():
            assert pa.concat_tables(found[table]).to_pydict() == rows.to_pydict(), table


def test_a_part_in_a_directory_verifies(tmp_path: Path) -> None:
    """A part that begins in the middle of a month is whole by itself, and its manifest says what it is."""
    manifest = generate_into(
        Request("vantage", seed=3, scale=0.05, part=2, parts=3), tmp_path / "set", format="csv"
    ).manifest
    assert manifest.options["part"] == [2, 3]
    assert not manifest.first.endswith("-01")
    assert [f.check for f in verify(tmp_path / "set") if f.verdict == "fail"] == []


def test_parts_that_cannot_be_are_refused() -> None:
    """A part beyond the parts, more parts than days, or a part with nothing in it: one line, exit 2."""
    for options, words in (
        ({"part": 3, "parts": 2}, "from 1 to 2"),
        ({"part": 1}, "go together"),
        ({"part": 1, "parts": 400}, "fewer parts"),
        ({"part": 2, "parts": 2, "tables": ("raw_products",)}, "lies in part 1"),
    ):
        with pytest.raises(RequestError, match=words):
            footfall.generate("vantage", scale=0.01, **options)  # type: ignore[arg-type]


def test_shares_are_even_and_lose_nothing() -> None:
    """Workers get neighbouring shards with about equally many orders, and each shard once."""
    made = plan(load("vantage").scaled(100))
    found = shards(made)
    assert len(found) % 8 in (0, 1)  # and the two days after the year, of which nothing is published
    for workers in (1, 2, 3, 8):
        dealt = shares(found, workers)
        assert [shard for share in dealt for shard in share] == found
        orders = [sum(shard.stop - shard.start for shard in share) for share in dealt]
        assert max(orders) - min(orders) <= 1.1 * max(s.stop - s.start for s in found)
    assert sum(s.stop - s.start for s in found) == made.counts.first_order_of(made.simulated_days[1])
    assert part_of(made, 1, 1).published_days == made.published_days
