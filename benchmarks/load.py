"""Rows a second into DuckDB and PostgreSQL, beside what the databases' own commands take from CSV files.

    python benchmarks/load.py --scale 60 --runs 3 --postgres postgresql://user@host:port/database --work DIR

Every contestant runs once, then every one again. Footfall's time is that of the whole command: simulating,
checking, hashing, keys and commit; the databases' own commands find the files there, and declare no keys.
"Its COPY alone" sends rows that lie in memory, without keys.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from footfall import Dataset, generate
from footfall.core.schema import TableSpec
from footfall.plan.parts import ORDERS_A_PART
from footfall.sinks.base import Manifest
from footfall.sinks.database import database_at
from footfall.sinks.ddl import create_table, literal, qualified, quoted
from footfall.sinks.postgres_connection import PostgresConnection

SCHEMA = "footfall_benchmark"


def run(*words: str) -> None:
    """Run a command, which must end well."""
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def footfall(*words: str) -> None:
    """Run Footfall as a user does."""
    run(sys.executable, "-m", "footfall", *words, "--quiet")


def psql(address: str, *statements: str) -> None:
    """Run statements in one transaction."""
    run("psql", "-Xq1", "-v", "ON_ERROR_STOP=1", *(f"--command={s}" for s in statements), address)


def copied(dataset: Dataset, address: str) -> None:
    """Send tables that lie in memory through `load`'s COPY, and commit."""
    server = PostgresConnection(database_at(address))
    server.run(f"CREATE SCHEMA {SCHEMA}")
    for name, spec in dataset.subject.tables.items():
        server.run(create_table(spec, qualified(SCHEMA, name)))
        for batch in dataset.tables[name].to_batches(max_chunksize=ORDERS_A_PART):
            server.copy(SCHEMA, name, batch)
    server.commit()
    server.close()


class Rivals:
    """The databases' own commands, on Footfall's CSV files."""

    def __init__(self, files: Path, specs: Mapping[str, TableSpec], manifest: Manifest) -> None:
        self._specs = specs
        self._paths = {name: [files / f for f in manifest.tables[name].files] for name in specs}

    def into_duckdb(self, target: Path) -> None:
        """Read the files into a new database."""
        with duckdb.connect(str(target)) as connection:
            connection.execute("BEGIN")
            for name, spec in self._specs.items():
                connection.execute(create_table(spec, quoted(name)))
                listed = ", ".join(literal(str(path)) for path in self._paths[name])
                connection.execute(f"INSERT INTO {quoted(name)} FROM read_csv([{listed}])")
            connection.execute("COMMIT")

    def into_postgres(self, address: str) -> None:
        """Copy the files into a new schema."""
        statements = [f"CREATE SCHEMA {SCHEMA}"]
        for name, spec in self._specs.items():
            table = qualified(SCHEMA, name)
            statements.append(create_table(spec, table))
            statements += [f"\\copy {table} FROM {literal(str(p))} CSV HEADER" for p in self._paths[name]]
        psql(address, *statements)


def main() -> None:
    """Time the contestants in turn and print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenario", default="vantage")
    parser.add_argument("--scale", default="60")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--postgres", required=True, help="address of a database; a schema in it is replaced")
    parser.add_argument("--work", type=Path, required=True, help="directory for files")
    asked = parser.parse_args()
    files, target = asked.work / "csv", asked.work / "shop.db"

    footfall("generate", asked.scenario, "--scale", asked.scale, "-o", str(files), "--overwrite")
    manifest = Manifest.read(files)
    dataset = generate(asked.scenario, scale=float(asked.scale))
    rivals = Rivals(files, dataset.subject.tables, manifest)
    rows = sum(table.rows for table in manifest.tables.values())

    def loaded(to: str) -> None:
        footfall("load", asked.scenario, "--scale", asked.scale, "--to", to, "--schema", SCHEMA)

    contestants: dict[str, Callable[[], None]] = {
        "footfall load, DuckDB": lambda: loaded(f"duckdb:{target}"),
        "DuckDB's read_csv, no keys": lambda: rivals.into_duckdb(target),
        "footfall load, PostgreSQL": lambda: loaded(asked.postgres),
        "its COPY alone, no keys": lambda: copied(dataset, asked.postgres),
        "psql's \\copy, no keys": lambda: rivals.into_postgres(asked.postgres),
    }
    busy = os.getloadavg()[0]
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(asked.runs):
        for name, contestant in contestants.items():
            target.unlink(missing_ok=True)
            psql(asked.postgres, "SET client_min_messages = error", f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            psql(asked.postgres, "CHECKPOINT")
            os.sync()
            start = time.perf_counter()
            contestant()
            seconds[name].append(time.perf_counter() - start)

    print(
        f"{asked.scenario} at scale {asked.scale}, {rows:,} rows; {asked.runs} runs in turn; "
        f"{os.cpu_count()} cores, load {busy:.1f} at the start; "
        f"Python {platform.python_version()}, {platform.system()}.\n"
    )
    print("| contestant | median, s | least, s | most, s | rows/s |\n| --- | ---: | ---: | ---: | ---: |")
    for name, spent in seconds.items():
        middle = statistics.median(spent)
        print(f"| {name} | {middle:.2f} | {min(spent):.2f} | {max(spent):.2f} | {rows / middle:,.0f} |")


if __name__ == "__main__":
    main()
