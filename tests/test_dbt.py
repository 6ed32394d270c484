"""`footfall dbt`: the projects that it writes build, agree with the files, and notice what is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from footfall.cli.main import run
from footfall.dbt.project import write_project
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request


def dbt(project: Path, *arguments: str, monkeypatch: pytest.MonkeyPatch):
    """Run dbt in a project's directory, as its README says."""
    from dbt.cli.main import dbtRunner

    monkeypatch.chdir(project)
    return dbtRunner().invoke([*arguments, "--quiet"])


@pytest.mark.parametrize("scenario", ["vantage", "storefront"])
def test_build_is_green(scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`dbt build` passes at the first try, with no error and no warning."""
    generate_into(Request(scenario, 42, 0.05), tmp_path / "data")
    write_project(scenario, tmp_path / "shop", data=tmp_path / "data")
    built = dbt(tmp_path / "shop", "build", monkeypatch=monkeypatch)
    assert built.success, built.exception
    assert {result.status.value for result in built.result} <= {"success", "pass", "no-op"}
