"""Sinks that write directories; what every sink promises is in test_sink_promises.py."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from footfall.core.content_hash import ContentHash
from footfall.core.errors import DataError, OutputError, RequestError
from footfall.core.money import as_decimal
from footfall.core.publishing import publish
from footfall.core.schema import TableSpec
from footfall.sinks import files, staging
from footfall.sinks.base import FORMATS, Manifest, TableRecord, open_sink, read_batches
from footfall.sinks.csv_text import RowText, timestamp_texts
from footfall.sinks.files import CsvTable, ParquetTable
from footfall.sinks.reading import read_parquet
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify

SPECS = publish(
    {
        "products": ("product", {"sku": "id", "price": "price", "rank": "sales_rank", "name": "name"}),
        "orders": ("order", {"order_id": "id", "shop": "shop", "at": "time"}),
        "lines": (
            "line",
            {"order_id": "order", "sku": "product", "back": "is_returned", "cut": "discount"},
        ),
    },
    "EUR",
)
NAMES = ["Käse", 'Zoll 5"', "a, b", "zwei\nZeilen", "", "NA", "null", "'", " x ", "日本\r\n"]
Tables = dict[str, pa.RecordBatch]


def shop(orders: int = 500) -> Tables:
    o, p = np.arange(orders), np.arange(len(NAMES))
    line_orders, line_products = np.repeat(o, 2), (np.repeat(o, 2) + np.tile([0, 1], orders)) % len(NAMES)
    columns = {
        "products": [pa.array(p), as_decimal(p * 999 - 5), pa.array((p + 1) / 7), pa.array(NAMES)],
        "orders": [
            pa.array(o),
            pa.array([("Wien", "Köln am Rhein")[i % 2] for i in o], pa.string()),
            pa.array(o * 40_001 + 1_735_689_600, pa.timestamp("s")),
        ],
        "lines": [
            pa.array(line_orders),
            pa.array(line_products),
            pa.array(line_orders % 3 == 0),
            as_decimal(line_orders % 100, 3, 2),
        ],
    }
    return {t: pa.RecordBatch.from_arrays(c, schema=SPECS[t].arrow_schema) for t, c in columns.items()}


def digest(spec: TableSpec, batches: Iterator[pa.RecordBatch]) -> str:
    content = ContentHash(spec)
    for batch in batches:
        assert batch.schema.equals(spec.arrow_schema)
        content.add(batch)
    return content.hexdigest()


def described(format_: str, sink: object, tables: Tables, specs: dict[str, TableSpec] = SPECS) -> Manifest:
    records = {
        t: TableRecord(b.num_rows, digest(specs[t], iter([b])), sink.files(t))  # type: ignore[attr-defined]
        for t, b in tables.items()
    }
    return Manifest(
        "0.1.0", {"name": "mini"}, "f00d", 42, 1.0, "2025-01-01", "2025-12-31", format_, {},
        {"k": 0.5}, records, [],
    )  # fmt: skip


def generate(
    format_: str, target: Path, tables: Tables | None = None, *, size: int = 97, overwrite: bool = False
) -> Manifest:
    tables = tables or shop()
    sink = open_sink(format_, target, "mini", list(SPECS.values()), overwrite=overwrite)
    try:
        for table, batch in tables.items():
            for start in range(0, batch.num_rows, size):
                sink.write(table, batch.slice(start, size))
        manifest = described(format_, sink, tables)
        sink.publish(manifest)
    finally:
        sink.abort()
    return manifest


def holds(target: Path) -> bool:
    manifest = Manifest.read(target)
    return all(
        digest(spec, read_batches(target, manifest, spec)) == manifest.tables[t].content_hash
        for t, spec in SPECS.items()
    )


def names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


@pytest.fixture(params=FORMATS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_data_set_is_its_files_alone(form: str, tmp_path: Path) -> None:
    """Beside the tables, none of them without a byte, lies nothing but the manifest's folder."""
    manifest = generate(form, tmp_path / "a" / "b", shop(0))
    assert names(tmp_path / "a") == ["b"]
    assert set(names(tmp_path / "a" / "b")) == manifest.files | {"_footfall"}
    assert all((tmp_path / "a" / "b" / file).stat().st_size for file in manifest.files)


def test_csv_is_plain(tmp_path: Path) -> None:
    """CSV has an unquoted header, two decimals, a T in timestamps, and quotes only around free text."""
    generate("csv", tmp_path / "d")
    orders = (tmp_path / "d" / "orders.csv").read_bytes().split(b"\n")
    assert orders[:2] == [b"order_id,shop,at", b"0,Wien,2025-01-01T00:00:00"]
    assert (tmp_path / "d" / "lines.csv").read_bytes().split(b"\n")[3] == b"1,1,false,0.01"
    assert b"2,19.93,0.428" in (tmp_path / "d" / "products.csv").read_bytes()
    assert b'"Zoll 5"""\n' in (tmp_path / "d" / "products.csv").read_bytes()


def test_timestamps_are_arrow_s_own_with_a_t() -> None:
    """The text of a timestamp is what Arrow would print, with a T, before 1970 too."""
    times = pa.array(np.arange(-(10**6), 10**8, 77_773), pa.timestamp("s"))
    assert timestamp_texts(times).to_pylist() == [t.isoformat() for t in times.to_pylist()]


WIDE = publish(
    {
        "order": (
            "order",
            {"day": "date", "at": "time", "shop": "shop", "id": "id", "who": "customer", "sum": "total"},
        ),
        "line": ("line", {"back": "is_returned", "paid": "unit_price", "n": "number", "cut": "discount"}),
    },
    "EUR",
    {("order", "shop"): ("DE", "AT", "CH")},
)
SHOPS = np.array(["DE", "AT", "CH"])


def wide(rows: int, days: int = 400, first: int = 0, money: int = 0, shops: np.ndarray = SHOPS) -> Tables:
    """Numbers from one digit to eight, in no order."""
    i = np.arange(rows, dtype=np.int64)
    mixed = i * 7_919 % 100_003
    columns = {
        "order": [
            pa.array((mixed % days).astype(np.int32), pa.date32()),
            pa.array(mixed * 86_399 % (days * 86_400), pa.timestamp("s")),
            pa.array(shops[mixed % len(shops)]),
            pa.array(i + first),
            pa.array(mixed * mixed % 10 ** (1 + mixed % 8)),
            as_decimal(mixed * mixed % 10 ** (1 + mixed % 8) - money),
        ],
        "line": [
            pa.array(mixed % 3 == 0),
            as_decimal(mixed % 40_000),
            pa.array(1 + mixed % 12),
            as_decimal(mixed % 101, 3, 2),
        ],
    }
    return {t: pa.RecordBatch.from_arrays(c, schema=WIDE[t].arrow_schema) for t, c in columns.items()}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"first": 9_990},
        {"first": 999_999_990},
        {"first": 10**12},
        {"first": -5},
        {"money": 500},
        {"days": 200_000},
        {"shops": np.array(["DE", "AT", "XX"])},
        {"shops": np.array(["DE", "D"])},
    ],
)
def test_text_by_tables_is_arrow_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    """Long files, whose text tables give, are the bytes that Arrow writes, whatever they hold."""
    for table, spec in WIDE.items():
        batch = wide(30_000, **given)[table]
        for name, least in (("tables", 7), ("arrow", 10**9)):
            monkeypatch.setattr(files, "LEAST_ROWS", least)
            writer = CsvTable(tmp_path / name, spec)
            start = 0
            for size in (0, 3, 20_000, 0, 1, 9_996):
                writer.write(batch.slice(start, size))
                start += size
            assert (start, writer.close()) == (30_000, 30_000)
        assert (tmp_path / "tables").read_bytes() == (tmp_path / "arrow").read_bytes()


def test_what_tables_give_text_of() -> None:
    """Tables give the text of orders and lines; words that need quotes, and free text, are Arrow's."""
    for table, batch in wide(1_000).items():
        text = RowText.of(WIDE[table])
        assert text is not None
        assert text.of_rows(batch).to_pybytes().count(b"\n") == 1_000  # type: ignore[union-attr]
        assert text.of_rows(batch.slice(0, 0)).to_pybytes() == b""  # type: ignore[union-attr]
    negative = wide(1_000, money=500)["order"]
    assert RowText.of(WIDE["order"]).of_rows(negative) is None  # type: ignore[union-attr]
    quoted = publish({"o": ("order", {"shop": "shop"})}, "EUR", {("order", "shop"): ("D,", "A,")})
    assert RowText.of(quoted["o"]) is None
    assert RowText.of(SPECS["products"]) is None


@pytest.mark.parametrize("shops", [SHOPS, np.array(["DE", "XX"]), np.array(["DE", "Köln am Rhein", ""])])
def test_parquet_says_what_was_written(tmp_path: Path, shops: np.ndarray) -> None:
    """Values, types, words and kinds read back, however codes are encoded; ids come packed."""
    import pyarrow.parquet as pq

    for table, spec in WIDE.items():
        batch = wide(140_000, money=500, shops=shops)[table]
        writer = ParquetTable(tmp_path / table, spec)
        for start in range(0, 140_000, 65_000):
            writer.write(batch.slice(start, 65_000))
        assert writer.close() == 140_000
        back = pq.read_table(tmp_path / table)
        written = [pa.timestamp("ms") if pa.types.is_timestamp(t) else t for t in spec.arrow_schema.types]
        assert [str(t).replace("128", "64") for t in back.schema.types] == [str(t) for t in written]
        assert digest(spec, read_parquet(tmp_path / table, spec)) == digest(spec, iter([batch]))
        metadata = pq.read_metadata(tmp_path / table)
        assert metadata.metadata[b"table"] == spec.name.encode()
        chunks = [metadata.row_group(0).column(i) for i in range(metadata.num_columns)]
        assert metadata.num_row_groups == 2
        packed = {c.path_in_schema for c in chunks if "DELTA_BINARY_PACKED" in c.encodings}
        assert packed == {"order": {"day", "at", "id", "who", "sum"}, "line": {"n"}}[table]
        assert {c.path_in_schema for c in chunks if not c.is_stats_set} <= {"shop", "back"}


def test_parquet_and_duckdb_are_documented(tmp_path: Path) -> None:
    """Column texts, keys and references travel with the data."""
    import duckdb
    import pyarrow.parquet as pq

    generate("parquet", tmp_path / "p")
    schema = pq.read_schema(tmp_path / "p" / "lines.parquet")
    assert schema.metadata[b"key"] == b"order_id,sku"
    assert schema.field("sku").metadata[b"references"] == b"products.sku"
    generate("duckdb", tmp_path / "q")
    with duckdb.connect(str(tmp_path / "q" / "mini.duckdb"), read_only=True) as connection:
        kinds = connection.sql("SELECT constraint_type FROM duckdb_constraints()").fetchall()
        texts = connection.sql("SELECT comment FROM duckdb_columns() WHERE column_name = 'price'").fetchall()
        types = connection.sql("SELECT column_type FROM (DESCRIBE orders)").fetchall()
    assert [kinds.count((k,)) for k in ("PRIMARY KEY", "FOREIGN KEY")] == [3, 2]
    assert texts == [("List price. [EUR]",)]
    assert types == [("BIGINT",), ("VARCHAR",), ("TIMESTAMP",)]


def test_foreign_directories_are_never_replaced(form: str, tmp_path: Path) -> None:
    """An empty directory is used; what is no data set of Footfall's stays as it was, with overwrite too."""
    target = tmp_path / "d"
    target.mkdir()
    generate(form, target)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(OutputError, match="no data set of Footfall's"):
        generate(form, tmp_path / "mine", overwrite=True)
    assert names(tmp_path) == ["d", "mine"]


def test_foreign_files_are_carried_over(form: str, tmp_path: Path) -> None:
    """What Footfall did not write moves into the new data set, across formats too."""
    target = tmp_path / "d"
    generate("csv" if form != "csv" else "parquet", target)
    (target / "notes").mkdir()
    (target / "notes" / "a.txt").write_text("mine")
    manifest = generate(form, target, overwrite=True)
    assert (target / "notes" / "a.txt").read_text() == "mine"
    assert set(names(target)) == manifest.files | {"_footfall", "notes"}
    assert holds(target)


def test_a_foreign_file_is_never_overwritten(tmp_path: Path) -> None:
    """A foreign file that has the name of one to be written is a refusal."""
    generate("csv", tmp_path / "d")
    (tmp_path / "d" / "lines.parquet").write_text("mine")
    with pytest.raises(OutputError, match=r"holds lines\.parquet"):
        generate("parquet", tmp_path / "d", overwrite=True)


def test_without_exchange_two_renames_do(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file system cannot exchange directories, replacing still works and keeps foreign files."""
    generate(form, tmp_path / "d")
    (tmp_path / "d" / "a.txt").write_text("mine")
    monkeypatch.setattr(staging, "exchange", lambda one, other: False)
    generate(form, tmp_path / "d", shop(3), overwrite=True)
    assert holds(tmp_path / "d")
    assert (tmp_path / "d" / "a.txt").read_text() == "mine"
    assert names(tmp_path) == ["d"]


def test_abort_leaves_nothing(form: str, tmp_path: Path) -> None:
    """An aborted run leaves neither its files nor the parents it made, and old data as they were."""
    sink = open_sink(form, tmp_path / "x" / "y" / "d", "mini", list(SPECS.values()), overwrite=False)
    sink.write("products", shop()["products"])
    sink.abort()
    sink.abort()
    assert names(tmp_path) == []
    generate(form, tmp_path / "d")
    sink = open_sink(form, tmp_path / "d", "mini", list(SPECS.values()), overwrite=True)
    sink.abort()
    assert names(tmp_path) == ["d"]
    assert holds(tmp_path / "d")


KILLED = """
import os, sys
sys.path[:0] = [{tests!r}]
from pathlib import Path
from footfall.sinks import staging
import test_sinks as t
at = sys.argv[2]
if at == "write":
    sink = t.open_sink(sys.argv[1], Path(sys.argv[3]), "mini", list(t.SPECS.values()), overwrite=True)
    sink.write("products", t.shop()["products"])
    os._exit(9)
if at == "renames":
    staging.exchange = lambda one, other: False
    rename, seen = os.rename, []
    os.rename = lambda a, b: os._exit(9) if str(a).endswith(str(os.getpid())) else rename(a, b)
else:
    staging._retire = lambda *_: os._exit(9)
t.generate(sys.argv[1], Path(sys.argv[3]), t.shop(5), overwrite=True)
"""


@pytest.mark.parametrize("moment", ["write", "exchanged", "renames"])
def test_a_killed_run_loses_nothing(form: str, tmp_path: Path, moment: str) -> None:
    """Killed at any moment, a run leaves old or new data; the next one clears up and saves foreign files."""
    target = tmp_path / "d"
    generate(form, target)
    (target / "a.txt").write_text("mine")
    script = KILLED.format(tests=str(Path(__file__).parent))
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    code = subprocess.run([sys.executable, "-c", script, form, moment, str(target)], env=env, check=False)
    assert code.returncode == 9
    assert len(names(tmp_path)) == 2
    sink = open_sink(form, target, "mini", list(SPECS.values()), overwrite=True)
    sink.abort()
    assert names(tmp_path) == ["d"]
    assert holds(target)
    assert Manifest.read(target).tables["orders"].rows == (5 if moment == "exchanged" else 500)
    assert (target / "a.txt").read_text() == "mine"


def test_impossible_places_are_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the place or above it, the current directory and its parents: refused before any work."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    said = {
        "../file": "is a file",
        "../file/d": "is a file",
        ".": "current directory",
        "..": "current directory",
    }
    for place, match in said.items():
        with pytest.raises(OutputError, match=match):
            open_sink("csv", Path(place), "mini", list(SPECS.values()), overwrite=True)
    with pytest.raises(RequestError, match="choose one of csv, parquet, duckdb"):
        open_sink("xlsx", Path("d"), "mini", list(SPECS.values()), overwrite=True)
    monkeypatch.setattr(
        os, "access", lambda *_: False
    )  # root may write anywhere, so it is told that it may not
    with pytest.raises(OutputError, match="is not writable"):
        open_sink("csv", Path("d"), "mini", list(SPECS.values()), overwrite=True)
    assert names(tmp_path) == ["file", "here"]


def test_a_full_disk_is_one_line(form: str, tmp_path: Path) -> None:
    """On a full disk the run ends with the reason, and after abort the disk is as it was."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    try:
        if subprocess.run(mounted, check=False, capture_output=True).returncode:
            pytest.skip("mounting a tmpfs needs root")
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    try:
        with pytest.raises(OutputError, match="no room to write") as caught:
            generate(form, place / "d", shop(200_000), size=20_000)
        assert "\n" not in str(caught.value)
        assert names(place) == []
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("order_id,shop,at", "order_id,at,shop", r"column 2 is 'at' and should be 'shop'"),
        ("order_id,shop,at", "order_id,store,at", r"'shop' is missing; column 'store' is not in 'orders'"),
        ("\n3,", "\nthree,", r"column 'order_id'.*three"),
        ("\n3,", "\n,", r"column 'order_id'.*1 missing"),
        ("2025-01-01T00:00:00", "gestern", r"column 'at'.*gestern"),
        ("\n3,", "\n3,4,", r"Expected 3 columns, got 4"),
    ],
)
def test_csv_errors_are_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    """A changed CSV file is refused with file, column and value."""
    generate("csv", tmp_path / "d")
    path = tmp_path / "d" / "orders.csv"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=rf"orders\.csv: .*{said}"):
        list(read_batches(tmp_path / "d", Manifest.read(tmp_path / "d"), SPECS["orders"]))


def test_damaged_data_is_named(form: str, tmp_path: Path) -> None:
    """Other columns than published, a damaged file, a missing file and a missing table are each named."""
    generate(form, tmp_path / "d")
    manifest = Manifest.read(tmp_path / "d")
    lines = SPECS["lines"]
    swapped = dataclasses.replace(lines, columns=lines.columns[::-1])
    for spec, said in (
        (swapped, "column 1 is 'order_id'"),
        (dataclasses.replace(lines, name="no"), "no table 'no'"),
    ):
        with pytest.raises(DataError, match=said):
            list(read_batches(tmp_path / "d", manifest, spec))
    path = tmp_path / "d" / manifest.tables["lines"].files[0]
    path.write_bytes(b"\xff\xfe rubbish")
    with pytest.raises(DataError, match=path.name):
        list(read_batches(tmp_path / "d", manifest, lines))
    path.unlink()
    with pytest.raises(DataError, match=rf"{path.name} is missing"):
        list(read_batches(tmp_path / "d", manifest, lines))


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "is broken"), ("[]", "not written by"), ('{"made_by": "x"}', "not written by"),
     ('{"made_by": "footfall"}', "version None"),
     ('{"made_by": "footfall", "manifest_version": 3}', "'footfall_version' is missing")],
)  # fmt: skip
def test_manifests_are_checked(tmp_path: Path, text: str, said: str) -> None:
    """A manifest that is missing, broken or of something else is named; none is believed."""
    with pytest.raises(RequestError, match="holds no data set of Footfall's"):
        Manifest.read(tmp_path)
    (tmp_path / "_footfall").mkdir()
    (tmp_path / "_footfall" / "manifest.json").write_text(text)
    with pytest.raises(DataError, match=said):
        Manifest.read(tmp_path)


def test_a_data_set_of_an_earlier_version_can_be_replaced(tmp_path: Path) -> None:
    """It is not verified, since its hashes were others; --overwrite replaces it as any other."""
    target = tmp_path / "set"
    generate_into(Request("vantage", scale=0.01), target)
    manifest = target / "_footfall" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"manifest_version": 3', '"manifest_version": 2'))
    with pytest.raises(DataError, match="generate the data again"):
        verify(target)
    generate_into(Request("vantage", scale=0.01), target, overwrite=True)
    assert [f for f in verify(target) if f.verdict == "fail"] == []
