"""Runs that are killed or stopped: the old data or nothing under the final name, and nothing left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from footfall.sinks.base import Manifest
from footfall.workflow.generate import generate_into
from footfall.workflow.request import Request
from footfall.workflow.verify import verify
from shipped import SHIPPED, small

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

SMALL = ("--scale", "0.02", "--quiet")
LONG = ["--scale", "400", "--format", "parquet"]  # some ten seconds of simulation, in part files
PATIENCE = 60.0
SOON = 15.0


def start(target: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "footfall", "generate", "vantage", "-o", str(target), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - one thread here
    )


def finish(target: Path, *options: str) -> None:
    """Run to the end and well."""
    process = start(target, *options)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")


def workers_of(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = {int(c) for task in tasks for c in (task / "children").read_text().split()}
        return sorted(c for c in children if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes())
    except OSError:  # one of them ended as we looked
        return []


def in_session(session: int) -> list[int]:
    """Living processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state, _, _, of = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            except OSError:
                continue
            if int(of) == session and state != "Z":
                found.append(int(entry.name))
    return found


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def is_writing(parent: Path) -> bool:
    """Whether the run has begun to write rows of orders."""
    return any(parent.glob(".data.inprogress-*/raw_orders*"))


def end_all(process: subprocess.Popen[str]) -> None:
    """End what is left of a run, so that a failed test leaves no process."""
    for pid in in_session(process.pid):
        os.kill(pid, signal.SIGKILL)
    process.communicate()


def left_behind(target: Path) -> list[str]:
    return sorted(entry.name for entry in target.parent.iterdir() if entry.name != target.name)


def assert_whole(target: Path, seeds: set[int]) -> int:
    failing = [f for f in verify(target) if f.verdict == "fail"]
    assert failing == []
    seed = Manifest.read(target).seed
    assert seed in seeds
    return seed


# Runs the command and kills it before its n-th step that reads or changes the file system beside the
# target: audit events (PEP 578) come at the same places on every machine, as moments of time don't.
KILLED_BEFORE_STEP = """
import os, signal, sys
beside, last, steps = sys.argv[1], int(sys.argv[2]), 0
named = {"open", "os.mkdir", "os.rename", "os.listdir", "os.scandir", "shutil.rmtree"}
unnamed = {"os.remove", "os.rmdir", "ctypes.call_function"}  # removals inside a folder, exchanges of two
def step(event, args):
    global steps
    if event in unnamed or (event in named and any(str(one).startswith(beside) for one in args)):
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
from footfall.cli.main import run
sys.argv = ["footfall", *sys.argv[3:]]
sys.addaudithook(step)
run()
"""


def is_killed_before(step: int, target: Path, *options: str, scenario: str = "vantage") -> bool:
    """Whether the run had that many steps and was killed; otherwise it must have ended well."""
    beside = str(target.parent)
    command = [sys.executable, "-c", KILLED_BEFORE_STEP, beside, str(step), "generate", scenario]
    done = subprocess.run(
        [*command, "-o", str(target), *options], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


@pytest.mark.parametrize(("old", "at_least"), [(None, (6, 1)), (1, (8, 4))], ids=["first", "overwrite"])
def test_a_run_killed_before_any_step(tmp_path: Path, old: int | None, at_least: tuple[int, int]) -> None:
    """Killed before any step beside its target, a run leaves old data or all the new; the next clears up."""
    kept = tmp_path / "kept"
    if old is not None:
        finish(kept, *SMALL, "--seed", str(old))
    is_new = []
    for step in range(1, 100):
        target = tmp_path / f"at{step}" / "data"
        target.parent.mkdir()
        if old is not None:
            shutil.copytree(kept, target)
        was_killed = is_killed_before(step, target, *SMALL, "--seed", "2", "--overwrite")
        is_new.append(target.exists() and assert_whole(target, {2} if old is None else {old, 2}) == 2)
        if step % 5 == 0 or not was_killed:
            finish(target, *SMALL, "--seed", "3", "--overwrite")
            assert_whole(target, {3})
            assert left_behind(target) == []
        if not was_killed:
            break
    assert not was_killed
    assert is_new == sorted(is_new), "what is published once stays"
    # Before: the look at what is there, folders, tables, description and manifest; after: removals.
    assert (is_new.count(False) >= at_least[0], is_new.count(True) >= at_least[1]) == (True, True)


@pytest.mark.parametrize("scenario", [name for name in SHIPPED if name != "vantage"])
def test_a_killed_run_of_every_other_shop_keeps_old_data(tmp_path: Path, scenario: str) -> None:
    """Killed before some of its steps, a run leaves old data or all the new; the next clears up."""
    target, asked = tmp_path / "data", {"scale": small(scenario)}
    generate_into(Request(scenario, seed=1, **asked), target)
    options = ("--scale", str(asked["scale"]), "--quiet", "--seed", "2", "--overwrite")
    for step in (3, 7, 11):
        assert is_killed_before(step, target, *options, scenario=scenario)
        assert_whole(target, {1, 2})
    generate_into(Request(scenario, seed=3, **asked), target, overwrite=True)
    assert_whole(target, {3})
    assert left_behind(target) == []


@pytest.mark.parametrize("table", ["raw_products", "raw_orders", "raw_line_items", "raw_marketing_spend"])
def test_a_run_killed_while_it_writes_a_table_keeps_old_data(tmp_path: Path, table: str) -> None:
    """Killed when a table's file has appeared, a run leaves old data or all the new; the next clears up."""
    target = tmp_path / "data"
    finish(target, *SMALL, "--seed", "1")
    process = start(target, "--scale", "3", "--quiet", "--seed", "2", "--overwrite")
    wait_for(lambda: any(tmp_path.glob(f".data.inprogress-*/{table}.csv")) or process.poll() is not None)
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert_whole(target, {1, 2})
    finish(target, *SMALL, "--seed", "3", "--overwrite")
    assert_whole(target, {3})
    assert left_behind(target) == []


def reaches(process: subprocess.Popen[str], moment: str, target: Path, workers: int) -> bool:
    """Whether a run's workers start (they can be seen), or are at work (rows were written)."""
    if workers > 1 and not workers_of(process.pid):
        return False
    if moment == "start":
        return is_writing(target.parent)
    written = target.parent.glob(".data.inprogress-*/raw_line_items/part-*.parquet")
    return any(path.stat().st_size > 10_000 for path in written)


@pytest.mark.parametrize("moment", ["start", "work"])
def test_a_killed_worker_is_one_line(tmp_path: Path, moment: str) -> None:
    """A worker that is killed ends the run soon, with one clear line, without new data and leftovers."""
    target = tmp_path / "data"
    process = start(target, *LONG, "--workers", "2")
    try:
        wait_for(lambda: reaches(process, moment, target, 2))
        os.kill(workers_of(process.pid)[0], signal.SIGKILL)
        out, err = process.communicate(timeout=SOON)
    finally:
        end_all(process)
    assert process.returncode == 2
    assert out == ""
    assert err.startswith("footfall: a worker process ended")
    assert err.count("\n") == 1
    assert not target.exists()
    assert left_behind(target) == []


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("moment", ["start", "work"])
@pytest.mark.parametrize("whom", ["all, as a terminal does", "the command alone"])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, workers: int, moment: str, whom: str) -> None:
    """Ctrl-C gives exit 130 and one line; no data, no leftovers, no process stays."""
    target = tmp_path / "data"
    process = start(target, *LONG, "--workers", str(workers))
    try:
        wait_for(lambda: reaches(process, moment, target, workers))
        (os.killpg if whom.startswith("all") else os.kill)(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=SOON)
        wait_for(lambda: not in_session(process.pid), seconds=5)
    finally:
        end_all(process)
    assert (process.returncode, out) == (130, "")
    assert not target.exists()
    assert left_behind(target) == []
    assert err == "footfall: stopped; nothing was published\n"


def test_an_interrupted_run_keeps_old_data(tmp_path: Path) -> None:
    """Ctrl-C while old data are being replaced keeps them as they were."""
    target = tmp_path / "data"
    finish(target, "--scale", "0.05", "--quiet", "--seed", "5")
    process = start(target, *LONG, "--overwrite")
    try:
        wait_for(lambda: is_writing(tmp_path))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SOON)
    finally:
        end_all(process)
    assert process.returncode == 130
    assert_whole(target, {5})
    assert left_behind(target) == []
