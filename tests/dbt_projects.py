"""Writing dbt projects, running dbt in them in this process, and reading what it built."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb


@dataclass
class Run:
    """What a run of dbt came to: status by name, and what it warned of."""

    succeeded: bool
    statuses: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def failed(self) -> set[str]:
        return {name for name, status in self.statuses.items() if status in ("fail", "error", "warn")}


@contextmanager
def inside(directory: Path) -> Iterator[None]:
    """Work in a directory, as a project's README asks for."""
    before = Path.cwd()
    os.chdir(directory)
    try:
        yield
    finally:
        os.chdir(before)


def dbt(project: Path, *arguments: str) -> Run:
    """Run dbt in a project's directory; importing it takes seconds, so only tests that need it do."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    warnings: list[str] = []

    def note(event: Any) -> None:
        if event.info.level in ("warn", "error"):
            warnings.append(event.info.msg)

    with inside(project):
        done = dbtRunner(callbacks=[note]).invoke([*arguments, "--quiet"])
    DuckDBConnectionManager.close_all_connections()  # else the next project of that name gets this warehouse
    if done.exception is not None:
        raise done.exception
    results = getattr(done.result, "results", [])
    return Run(
        done.success,
        {r.node.name: str(r.status) for r in results if hasattr(r, "node")},
        warnings,
    )


def rows(project: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query in a project's DuckDB warehouse."""
    (file,) = project.glob("*.duckdb")
    with duckdb.connect(str(file)) as connection:
        return connection.execute(sql).fetchall()
