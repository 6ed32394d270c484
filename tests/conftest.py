"""Fixtures that several test modules share."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from browsers import started
from commands import Outcome, run_here
from footfall import Dataset, generate
from footfall.core import compiled
from footfall.sinks.base import DATABASES
from postgres import NotHereError, Server, running_server

_numbers = itertools.count()


@pytest.fixture(scope="session")
def whole() -> Dataset:
    """`vantage` at scale 1, seed 7; tests read it and never change it."""
    return generate("vantage", seed=7)


@pytest.fixture(scope="session")
def tiny() -> Dataset:
    """`vantage` at scale 0.01, seed 7; tests read it and never change it."""
    return generate("vantage", seed=7, scale=0.01)


@pytest.fixture
def footfall(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Run the command in this process, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    return partial(run_here, capsys)


@pytest.fixture(scope="session")
def compiled_loops() -> None:
    """Loops in C, compiled when Footfall was installed; CI must have them."""
    if not compiled.is_available():
        why = "loops are not compiled; install a C compiler, and then `python -m tools.compile_loops`"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture(scope="module", params=["compiled_loops", "numpy"])
def loops(request: pytest.FixtureRequest) -> Iterator[None]:
    """A module's tests with compiled loops, and once more where NumPy does their work."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "compiled_loops":
            request.getfixturevalue("compiled_loops")
        else:
            patch.setattr(compiled, "is_available", lambda: False)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server, started when the first test needs it; CI must have one."""
    with ExitStack() as running:
        try:
            started = running.enter_context(running_server())
        except NotHereError as missing:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(missing))
        yield started


@pytest.fixture
def shop_on_server(server: Server) -> Iterator[str]:
    """Name of an empty database of this test's own."""
    name = f"shop_{next(_numbers)}"
    server.run(f"CREATE DATABASE {name}")
    yield name
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=DATABASES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where to load to: a DuckDB file that is not there yet, and an empty database on a server."""
    if request.param == "duckdb":
        return f"duckdb:{tmp_path / 'shop.db'}"
    server, name = request.getfixturevalue("server"), request.getfixturevalue("shop_on_server")
    return str(server.address(name))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium that tells of everything it logs and asks the network for; CI must have one."""
    programs = [shutil.which(name) for name in ("chromium", "chromedriver")]
    if not all(programs):
        why = "no chromium and chromedriver on the path; apt-get install chromium chromium-driver brings them"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    driver = started(*map(str, programs), tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()
