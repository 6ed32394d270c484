"""How long a user waits: whole processes from start to exit, and one process split by stage.

Prints three Markdown tables. Whole processes are run after a warm-up, so files lie in the system's cache,
and bytecode on the disk, as in an installed package.

    python benchmarks/startup.py
"""

from __future__ import annotations

import argparse
import compileall
import importlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

_READING = "| scenario, ms of the processor, medians | load | plan | load and plan | rehearse |"
_STAGES = ("load", "plan", "simulate", "write", "observe and judge", "hash")
_IMPORTS = "import importlib, time; start = time.perf_counter(); importlib.import_module('{}'); "
_TELL = "print(time.perf_counter() - start)"
_EXTENDING = """\
version: 1
extends: vantage
demand: {orders: 40000, shops: {IT: 0.4}, events: {christmas: null}}
customers: {locales: {IT: de_AT}}
targets: {order_value: {value: 200}}
tables: {raw_budget_monthly: null}
"""


def timed(command: Sequence[str], runs: int) -> list[float]:
    """Seconds from start to exit of each run, after one that does not count.

    Parameters
    ----------
    command
        Program and its arguments; it must exit with 0.
    runs
        How many are measured.
    """
    seconds = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - start)
    return seconds[1:]


def imports(module: str, runs: int) -> list[float]:
    """Seconds that importing a module takes in a fresh interpreter, after a run that does not count."""
    command = [sys.executable, "-c", _IMPORTS.format(module) + _TELL]
    seconds = [
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(runs + 1)
    ]
    return seconds[1:]


def stages(directory: Path, runs: int) -> dict[str, list[float]]:
    """Seconds of each stage of `footfall generate vantage`, in this process, run by run.

    The same calls as in ``workflow/generate.py``, with a clock between them. The first run, which still
    imports and fills caches, does not count.
    """
    found: dict[str, list[float]] = {stage: [] for stage in _STAGES}
    for run in range(runs + 1):
        spent = _one_run(directory / f"run-{run}")
        for stage in _STAGES if run else ():
            found[stage].append(spent[stage])
    return found


def _batches(plan: Any, parts: Any, dimensions: Any, simulation: Any) -> Iterator[tuple[str, Any]]:
    """All batches of a plan, made in this process."""
    yield from dimensions.simulate_dimensions(plan)
    revenue: Any = 0
    for shard in parts.shards(plan):
        for part in shard.parts():
            made = simulation.simulate(plan, part)
            yield from made.batches.items()
            whole = np.zeros((len(plan.calendar.trend), len(plan.shops)), dtype=np.int64)
            whole[made.first_day : made.first_day + len(made.revenue)] = made.revenue
            revenue = revenue + whole
    yield from simulation.simulate_aggregates(plan, revenue).items()


def _one_run(directory: Path) -> dict[str, float]:
    # Imported here, so that the imports of this script do not slow down what it starts.
    figures = importlib.import_module("footfall.contract.figures")
    subjects = importlib.import_module("footfall.contract.subject")
    content_hash = importlib.import_module("footfall.core.content_hash")
    judge: Callable[..., object] = importlib.import_module("footfall.contract.judge").judge
    load = importlib.import_module("footfall.scenario.load").load
    planning = importlib.import_module("footfall.plan.plan")
    sinks = importlib.import_module("footfall.sinks.base")
    parts = importlib.import_module("footfall.plan.parts")
    dimensions = importlib.import_module("footfall.simulate.dimensions")
    simulation = importlib.import_module("footfall.simulate.part")

    importlib.import_module("footfall.scenario.sources").remembered.cache_clear()
    spent: dict[str, float] = defaultdict(float)

    @contextmanager
    def clock(stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        spent[stage] += time.perf_counter() - start

    with clock("load"):
        scenario = load("vantage", ()).scaled(1.0)
    with clock("plan"):
        plan = planning.plan(scenario, 42)
    with clock("write"):
        sink = sinks.open_sink("csv", directory, scenario.name, list(plan.tables.values()), overwrite=False)
    try:
        with clock("observe and judge"):
            subject = subjects.Subject(scenario, plan.tables, plan.first, plan.last, asdict(plan.solved))
            seen = figures.Figures(subject)
        hashes = {name: content_hash.ContentHash(spec) for name, spec in plan.tables.items()}
        batches = _batches(plan, parts, dimensions, simulation)
        while True:
            with clock("simulate"):
                table, batch = next(batches, (None, None))
            if table is None:
                break
            with clock("write"):
                sink.write(table, batch)
            with clock("observe and judge"):
                seen.observe(table, batch)
            with clock("hash"):
                hashes[table].add(batch)
        with clock("observe and judge"):
            judge(subject, seen)
        with clock("hash"):
            for hashed in hashes.values():
                hashed.hexdigest()
        with clock("write"):
            for name in plan.tables:  # closes the files
                sink.files(name)
    finally:
        sink.abort()
    return spent


def readings(directory: Path, runs: int) -> dict[str, list[tuple[float, ...]]]:
    """Seconds of the processor to load, plan and rehearse scenarios in a warm process, run by run.

    Loading begins with the file's text: what an earlier run parsed is forgotten.
    """
    sources = importlib.import_module("footfall.scenario.sources")
    load = importlib.import_module("footfall.scenario.load").load
    planning = importlib.import_module("footfall.plan.plan")
    rehearsal = importlib.import_module("footfall.simulate.rehearsal")
    mine = directory / "mine.yml"
    mine.write_text(_EXTENDING, encoding="utf-8")
    found: dict[str, list[tuple[float, ...]]] = {}
    for words, name in {
        "vantage": "vantage",
        "storefront": "storefront",
        "extends vantage": str(mine),
    }.items():
        for run in range(runs + 1):
            sources.remembered.cache_clear()
            begun = time.process_time()
            scenario = load(name, ())
            loaded = time.process_time()
            plan = planning.plan(scenario, 42)
            planned = time.process_time()
            rehearsal.rehearsed(plan)
            spent = (loaded - begun, planned - loaded, planned - begun, time.process_time() - planned)
            if run:
                found.setdefault(words, []).append(spent)
    return found


def _row(name: str, seconds: Sequence[float]) -> str:
    cells = (statistics.median(seconds), min(seconds), max(seconds))
    return f"| {name} | " + " | ".join(f"{cell * 1000:.0f}" for cell in cells) + " |"


def _heading(first: str) -> str:
    return f"| {first} | median, ms | least, ms | most, ms |\n| --- | --- | --- | --- |"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    footfall = [sys.executable, "-m", "footfall"]
    for package in importlib.import_module("footfall").__path__:
        compileall.compile_dir(package, quiet=1)
    version = f"Python {platform.python_version()}, {platform.system()}"
    print(f"Medians of {runs} runs after a warm-up; {version}.\n\n{_heading('whole process')}")
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        for scenario in ("vantage", "storefront"):
            generate = [*footfall, "generate", scenario, "-o", str(place / scenario), "--overwrite"]
            words = f"`footfall generate {scenario} -o DIR --overwrite`"
            print(_row(words, timed(generate, runs)), flush=True)
        print(_row("`footfall --help`", timed([*footfall, "--help"], runs)), flush=True)
        print(f"\n{_heading('stage')}")
        print(_row("start of Python", timed([sys.executable, "-c", ""], runs)))
        print(_row("imports, command line", imports("footfall.cli.main", runs)))
        print(_row("imports, generate", imports("footfall.workflow.generate", runs)))
        for stage, seconds in stages(place, runs).items():
            print(_row(stage, seconds))
        print(f"\n{_READING}\n| --- | --- | --- | --- | --- |")
        for words, spent in readings(place, runs).items():
            medians = [statistics.median(one) for one in zip(*spent, strict=True)]
            print(f"| {words} | " + " | ".join(f"{second * 1000:.0f}" for second in medians) + " |")
    print(
        "\nThe stages are measured in one warm process, and do not add up to the whole:\n"
        "what is done once in a run, such as late imports, first calls and publishing, "
        "is in the whole process alone."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
