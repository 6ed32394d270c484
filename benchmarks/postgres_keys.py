"""Where the time of a load into PostgreSQL goes, with the server's own settings and with ours.

    python benchmarks/postgres_keys.py --scale 50 --runs 3 --postgres postgresql://user@host:port/database

Rows lie in memory before. Both settings run in turn; a run is rolled back. CPU seconds of the server, its
parallel workers among them, are read from /proc, so it must run here, and do nothing else meanwhile.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from footfall import Dataset, generate
from footfall.core.schema import TableSpec
from footfall.plan.parts import ORDERS_A_PART
from footfall.sinks.database import database_at
from footfall.sinks.ddl import create_table, foreign_keys, primary_key, qualified
from footfall.sinks.postgres_connection import PostgresConnection
from footfall.sinks.postgres_settings import MEMORY_FOR_KEYS, sorters

SCHEMA = "footfall_benchmark"
TICKS = os.sysconf("SC_CLK_TCK")
Seconds = tuple[float, float, float]


def cpu_seconds(process: int) -> float:
    """CPU seconds of a server process, and of those that its parent has seen end."""
    own = stat(process)
    ended = stat(int(own[1]))  # the parent's, as it waits for parallel workers
    return sum(float(ticks) for ticks in (own[11], own[12], ended[13], ended[14])) / TICKS


def stat(process: int) -> list[str]:
    """Fields of /proc/PID/stat behind the process's name."""
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()


class Load:
    """A load of tables that lie in memory, phase by phase, which is rolled back."""

    def __init__(self, dataset: Dataset, address: str, *, ours: bool) -> None:
        self._dataset, self._ours = dataset, ours
        self._specs = dataset.subject.tables
        self._server = PostgresConnection(database_at(address))
        ((process,),) = self._server.rows("SELECT pg_backend_pid()")
        self._process = int(str(process))

    def run(self) -> dict[str, Seconds]:
        """Seconds of each phase: on the clock, of this process, of the server."""
        if self._ours:
            self._server.rows(MEMORY_FOR_KEYS)
        self._server.run(f"CREATE SCHEMA {SCHEMA}")
        phases: dict[str, Callable[[], None]] = {
            "COPY": self._copy,
            "ANALYZE": lambda: self._each("ANALYZE {table}"),
            "primary keys": self._primary,
            "foreign keys": self._foreign,
        }
        found = {name: self._timed(phase) for name, phase in phases.items()}
        self._server.close()
        time.sleep(2)  # until its process has ended, whose seconds the next run must not see
        return found

    def _timed(self, phase: Callable[[], None]) -> Seconds:
        before = time.perf_counter(), time.process_time(), cpu_seconds(self._process)
        phase()
        after = time.perf_counter(), time.process_time(), cpu_seconds(self._process)
        clock, client, server = (b - a for a, b in zip(before, after, strict=True))
        return clock, client, server

    def _each(self, statement: str) -> None:
        for name in self._specs:
            self._server.run(statement.format(table=qualified(SCHEMA, name)))

    def _copy(self) -> None:
        for name, spec in self._specs.items():
            self._server.run(create_table(spec, qualified(SCHEMA, name)))
            for batch in self._dataset.tables[name].to_batches(max_chunksize=ORDERS_A_PART):
                self._server.copy(SCHEMA, name, batch)

    def _primary(self) -> None:
        for name, spec in self._specs.items():
            if self._ours:
                rows = self._dataset.tables[name].num_rows
                self._server.run(f"SET LOCAL max_parallel_maintenance_workers = {sorters(rows)}")
            if spec.key:
                self._server.run(f"ALTER TABLE {qualified(SCHEMA, name)} ADD {primary_key(spec)}")

    def _foreign(self) -> None:
        declared: dict[str, TableSpec] = {}
        for name, spec in self._specs.items():
            for key in foreign_keys(spec, declared):
                refers = key.clause(qualified(SCHEMA, key.table))
                self._server.run(f"ALTER TABLE {qualified(SCHEMA, name)} ADD {refers}")
            declared[name] = spec


def main() -> None:
    """Time both settings in turn and print a Markdown table of medians."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=50)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--postgres", required=True, help="address of a database without a schema " + SCHEMA)
    asked = parser.parse_args()
    dataset = generate("vantage", scale=asked.scale)
    rows = sum(table.num_rows for table in dataset.tables.values())
    found: dict[tuple[str, str], list[Seconds]] = {}
    for _ in range(asked.runs):
        for settings in ("the server's", "ours"):
            for phase, seconds in Load(dataset, asked.postgres, ours=settings == "ours").run().items():
                found.setdefault((phase, settings), []).append(seconds)
    size = f"vantage at scale {asked.scale:g}, {rows:,} rows"
    print(f"{size}; medians of {asked.runs} runs, in seconds.\n")
    print("| phase | settings | clock | CPU, client | CPU, server |\n| --- | --- | ---: | ---: | ---: |")
    for (phase, settings), runs in found.items():
        clock, client, server = (statistics.median(values) for values in zip(*runs, strict=True))
        print(f"| {phase} | {settings} | {clock:.2f} | {client:.2f} | {server:.2f} |")


if __name__ == "__main__":
    main()
