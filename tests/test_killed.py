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
from footfall.workflow.verify import verify

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

KILL_POINTS = 24
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


def finish(target: Path, *options: str) -> float:
    """Run to the end and well; gives the seconds that it took."""
    began = time.monotonic()
    process = start(target, *options)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    return time.monotonic() - began


def killed_after(seconds: float, target: Path, *options: str) -> bool:
    """Kill a run; gives whether it still ran."""
    process = start(target, *options)
    time.sleep(seconds)
    process.kill()
    process.communicate(timeout=PATIENCE)
    return process.returncode == -signal.SIGKILL


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


def test_a_run_killed_at_any_moment_leaves_old_data_or_nothing(tmp_path: Path) -> None:
    """Killed at any moment, a run leaves old data, all the new or nothing; the next one succeeds."""
    empty, full = tmp_path / "empty" / "data", tmp_path / "full" / "data"
    empty.parent.mkdir()
    small = ("--scale", "0.3", "--quiet")
    seed = 1
    finish(full, *small, "--seed", "1")
    usual = finish(empty, *small)  # the second, so that all is in the file cache
    shutil.rmtree(empty)

    were_running = 0
    for k in range(1, KILL_POINTS + 1):
        moment = k / KILL_POINTS * 1.1 * usual
        new = 100 + k
        options = (*small, "--seed", str(new))
        if k % 2:
            were_running += killed_after(moment, empty, *options)
            if empty.exists():
                assert_whole(empty, {new})
                shutil.rmtree(empty)
        else:
            were_running += killed_after(moment, full, *options, "--overwrite")
            seed = assert_whole(full, {seed, new})
        if k % 8 == 0:
            finish(empty, *options)
            finish(full, *options, "--overwrite")
            seed = new
            assert_whole(empty, {new})
            assert_whole(full, {new})
            assert left_behind(empty) == left_behind(full) == []
            shutil.rmtree(empty)
    assert were_running >= KILL_POINTS * 2 // 3, "most runs must be killed before their end"


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
