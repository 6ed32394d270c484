"""Who takes part in ``compare.py``: footfall's variants, other generators, and plain writers.

Every contestant is one command that writes tables as CSV or Parquet below a directory. Peers are used as
their documentation shows, in the fastest mode that it names: all cores, no reports that can be left away.

This file is a program, too: ``compare.py`` starts it as ``peers.py LIBRARY FORMAT FROM TO`` to time how
fast DuckDB or Polars write tables that lie in memory already.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

LINES = "raw_line_items"
UNCHECKED = "--unchecked"  # not an option of the command: ``unchecked.py`` is run instead
ORDERS_AT_SCALE_1 = 35_000

FOOTFALL_VARIANTS: Mapping[str, tuple[str, ...]] = {
    "2 workers": ("--workers", "2"),
    "1 worker": ("--workers", "1"),
    "2 workers, checks off": ("--workers", "2", UNCHECKED),
    "1 worker, checks off": ("--workers", "1", UNCHECKED),
}
"""Variants of footfall and the arguments that make them."""

BASE = "2 workers"
"""The variant with which all are compared."""

MODEL2DATA_SHOP = """\
model2data: 0.5.0
name: shop
enums:
  status: [pending, paid, shipped, cancelled]
  category: [clothes, shoes, gear]
tables:
  customers: {columns: {id: {type: bigint, pk: true}, country: {type: country, not_null: true},
    created_at: {type: timestamp, not_null: true}}}
  products: {columns: {id: {type: bigint, pk: true}, category: {type: category, not_null: true},
    price: {type: numeric, not_null: true, generate: {min: 5, max: 500}}}}
  orders: {columns: {id: {type: bigint, pk: true},
    customer_id: {type: bigint, not_null: true, references: customers.id},
    status: {type: status, not_null: true}, placed_at: {type: timestamp, not_null: true}}}
  order_items: {columns: {id: {type: bigint, pk: true},
    order_id: {type: bigint, not_null: true, references: orders.id},
    product_id: {type: bigint, not_null: true, references: products.id},
    quantity: {type: int, not_null: true, generate: {min: 1, max: 5}},
    unit_price: {type: numeric, not_null: true, generate: {min: 5, max: 500}}}}
run: {seed: 42, as_of: 2026-01-01}
"""
"""A shop for model2data, whose own example is not in its package: four tables, keys, no empty cells."""


class RunError(Exception):
    """A contestant could not be installed or run; the message is the reason, on one line."""


@dataclass(frozen=True)
class Sizes:
    """How much each contestant makes; ``compare.py`` has an option for each.

    Attributes
    ----------
    scale
        Footfall's scale; the plain writers write the same tables.
    tpch_scale, tpcds_scale
        Scale factors of TPC-H and TPC-DS.
    misata_orders, model2data_orders
        Orders of the small shops that slow peers make.
    jafgen_years
        Years that jafgen simulates.
    """

    scale: float = 300.0
    tpch_scale: float = 4.0
    tpcds_scale: float = 10.0
    misata_orders: int = 1_000_000
    model2data_orders: int = 100_000
    jafgen_years: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    """What a contestant is told for one run.

    Attributes
    ----------
    programs
        Directory with the programs of the contestant's environment.
    file_format
        ``csv`` or ``parquet``.
    out
        Where it writes; also where it is started.
    tables
        Footfall's tables as Parquet.
    """

    programs: Path
    file_format: str
    out: Path
    tables: Path


@dataclass(frozen=True, slots=True)
class Contestant:
    """One row of the comparison.

    Attributes
    ----------
    peer
        Whose program it is; ``--only`` chooses by it.
    variant
        Which of the peer's ways to run it is, or nothing.
    size
        How much it makes, in its own words.
    command
        Makes the command of a run.
    requires
        What its environment holds; nothing for what runs in footfall's own.
    formats
        What it can write.
    is_writer
        Whether it only writes footfall's tables and tells itself how long that took.
    """

    peer: str
    variant: str
    size: str
    command: Callable[[Call], list[str]]
    requires: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("parquet", "csv")
    is_writer: bool = False

    @property
    def name(self) -> str:
        """Peer and variant."""
        return f"{self.peer}, {self.variant}" if self.variant else self.peer


def contestants(sizes: Sizes) -> list[Contestant]:
    """All of them, footfall first."""
    return [*_footfalls(sizes), *_tpc(sizes), *_python_peers(sizes), *_writers(sizes)]


def _footfalls(sizes: Sizes) -> list[Contestant]:
    def of(variant: str, extra: tuple[str, ...]) -> Contestant:
        def command(call: Call) -> list[str]:
            told = ["--scale", repr(sizes.scale), "--format", call.file_format, "--overwrite", "--quiet"]
            unchecked = UNCHECKED in extra
            start = [str(Path(__file__).with_name("unchecked.py"))] if unchecked else ["-m", "footfall"]
            footfall = [sys.executable, *start, "generate", "vantage", "-o", str(call.out / "vantage")]
            return [*footfall, *told, *(word for word in extra if word != UNCHECKED)]

        return Contestant("footfall", variant, f"scale {sizes.scale:g}", command)

    return [of(variant, extra) for variant, extra in FOOTFALL_VARIANTS.items()]


def _tpc(sizes: Sizes) -> list[Contestant]:
    def of(variant: str, *extra: str, formats: tuple[str, ...] = ("parquet",)) -> Contestant:
        def command(call: Call) -> list[str]:
            told = ["-s", f"{sizes.tpch_scale:g}", "-T", "orders,lineitem", "-o", str(call.out), "--quiet"]
            return [str(call.programs / "tpchgen-cli"), call.file_format, *told, *extra]

        size = f"factor {sizes.tpch_scale:g}: orders, lineitem"
        return Contestant("tpchgen-cli", variant, size, command, ("tpchgen-cli==4.0.0",), formats)

    def tpcds(call: Call) -> list[str]:
        told = ["-s", f"{sizes.tpcds_scale:g}", "-T", "store_sales,store_returns", "-o", str(call.out)]
        return [str(call.programs / "tpcgen-cli"), "tpcds", call.file_format, *told, "--quiet"]

    both = ("parquet", "csv")
    size = f"factor {sizes.tpcds_scale:g}: store_sales, store_returns"
    return [
        of("defaults", formats=both),
        of("1 thread", "--num-threads", "1", formats=both),
        of("uncompressed", "--compression", "UNCOMPRESSED"),
        of("zstd 1", "--compression", "ZSTD(1)"),
        Contestant("tpcgen-cli", "TPC-DS", size, tpcds, ("tpcgen-cli==4.0.0",)),
    ]


def _python_peers(sizes: Sizes) -> list[Contestant]:
    def jafgen(call: Call) -> list[str]:
        return [str(call.programs / "jafgen"), str(sizes.jafgen_years)]

    def model2data(call: Call) -> list[str]:
        model = call.out / "shop.model2data.yml"
        model.write_text(MODEL2DATA_SHOP, encoding="utf-8")
        orders = sizes.model2data_orders
        rows = {"customers": orders // 10, "products": 500, "orders": orders, "order_items": 2 * orders}
        told = [f"--rows-for={table}={n}" for table, n in rows.items()]
        return [str(call.programs / "model2data"), "generate", "--file", str(model), *told]

    def misata(call: Call) -> list[str]:
        story = f"An e-commerce store with {sizes.misata_orders} orders"
        told = ["--story", story, "--seed", "42", "--no-oracle", "-o", str(call.out)]
        return [str(call.programs / "misata"), "generate", *told, "--format", call.file_format]

    faker, numpy, pandas = "faker==40.54.0", "numpy==2.4.6", "pandas==3.1.1"
    frames = (faker, numpy, pandas, "pyarrow==26.0.1")
    # dbt-core is pinned low: newer ones fetch a part of theirs from elsewhere while they are installed.
    model2data_needs = ("model2data==1.16.3", "dbt-core==1.11.16", "dbt-duckdb==1.11.1", faker, pandas)
    years = f"{sizes.jafgen_years} year(s)"
    small, large = f"{sizes.model2data_orders:,} orders", f"{sizes.misata_orders:,} orders"
    return [
        Contestant("jafgen", "", years, jafgen, ("jafgen==0.4.14", faker, numpy), ("csv",)),
        Contestant("model2data", "", small, model2data, model2data_needs, ("csv",)),
        Contestant("misata", "no report", large, misata, ("misata[parquet]==0.9.8", *frames)),
    ]


def _writers(sizes: Sizes) -> list[Contestant]:
    def of(library: str, requires: tuple[str, ...]) -> Contestant:
        def command(call: Call) -> list[str]:
            told = [library, call.file_format, str(call.tables), str(call.out)]
            return [str(call.programs / "python"), str(Path(__file__).resolve()), *told]

        size = f"footfall's tables, scale {sizes.scale:g}"
        return Contestant(library, "only writing", size, command, requires, is_writer=True)

    return [of("duckdb", ("duckdb==2.0.0",)), of("polars", ("polars==2.1.0",))]


def programs_of(contestant: Contestant, venvs: Path) -> Path:
    """Directory with the programs of a contestant; its environment is made when it is not there yet."""
    if not contestant.requires:
        return Path(sys.executable).parent
    place = venvs / contestant.requires[0].replace("==", "-")
    programs = place / "bin"
    ready, wanted = place / "installed.txt", "\n".join(contestant.requires)
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        print(f"installing {contestant.peer}", file=sys.stderr, flush=True)
        make = [sys.executable, "-m", "venv", "--clear", str(place)]
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", *contestant.requires]
        for command in (make, pip):
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode:
                raise RunError(f"not installed: {reason(done.stderr or done.stdout)}")
        ready.write_text(wanted, encoding="utf-8")
    return programs


def reason(told: str) -> str:
    """Why a command failed: one line of what it printed."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it said nothing"])[-1][:160]


def tables_below(directory: Path) -> dict[str, list[Path]]:
    """Parquet files of each table: a file or a directory directly below, or their parts."""
    found: dict[str, list[Path]] = {}
    for path in sorted(directory.rglob("*.parquet")):
        top = path.relative_to(directory).parts[0]
        found.setdefault(top.removesuffix(".parquet"), []).append(path)
    return found


def _write_by_duckdb(file_format: str, source: Path, out: Path) -> tuple[float, float]:
    connection = importlib.import_module("duckdb").connect()
    # Rows of a table may come out in any order: the faster of DuckDB's two ways.
    connection.execute("SET preserve_insertion_order = false")
    for table, paths in tables_below(source).items():
        files = ", ".join(f"'{path}'" for path in paths)
        connection.execute(f'CREATE TABLE "{table}" AS FROM read_parquet([{files}])')
    options = "FORMAT parquet" if file_format == "parquet" else "FORMAT csv, HEADER"
    start, cpu = time.perf_counter(), time.process_time()
    for table in tables_below(source):
        connection.execute(f"COPY \"{table}\" TO '{out / table}.{file_format}' ({options})")
    return time.perf_counter() - start, time.process_time() - cpu


def _write_by_polars(file_format: str, source: Path, out: Path) -> tuple[float, float]:
    polars = importlib.import_module("polars")
    frames = {table: polars.read_parquet(paths) for table, paths in tables_below(source).items()}
    start, cpu = time.perf_counter(), time.process_time()
    for table, frame in frames.items():
        write = frame.write_parquet if file_format == "parquet" else frame.write_csv
        write(out / f"{table}.{file_format}")
    return time.perf_counter() - start, time.process_time() - cpu


def main() -> int:
    """Write once; print the seconds and the processor's seconds that writing alone took."""
    library, file_format, source, out = sys.argv[1:]
    write = {"duckdb": _write_by_duckdb, "polars": _write_by_polars}[library]
    seconds, cpu = write(file_format, Path(source), Path(out))
    print(seconds, cpu)
    return 0


if __name__ == "__main__":
    sys.exit(main())
