"""How fast footfall is on Spark, beside its own workers and beside dbldatagen; all on this machine.

Contestants run in turn (A B C A B C ...), each a process of its own with two cores (`local[2]`, two workers),
and all write Parquet to the same disk; the table holds medians. Seconds are those of the whole process,
with the start of Java, as in ``compare.py``, which measures. dbldatagen has an environment of its own and
makes tables of the width and the size of `raw_orders` and `raw_line_items`.

    python benchmarks/spark.py --scale 300 --runs 3 --work DIR
    python benchmarks/spark.py --memory vantage --scale 10000
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import compare
import peers
from footfall.plan.plan import plan
from footfall.scenario.load import load
from footfall.simulate.dimensions import simulate_dimensions
from footfall.simulate.part import simulate
from footfall.spark.parcels import packed, unpacked
from footfall.spark.work import Work
from footfall.workflow.generate import planned
from footfall.workflow.judging import Judging
from footfall.workflow.request import Request
from peers import Call, Contestant, RunError

PEER = (
    *("dbldatagen==0.4.0.post1", "pyspark==4.3.0", "pandas==2.3.3", "pyarrow==26.0.1"),
    *("jmespath==1.1.0", "pyparsing==3.3.3"),
)
SMALLEST = 0.01
_COLUMNS = ("rows", "cells", "bytes", "seconds (least to most)", "rows/s", "cells/s", "peak memory")


def contestants(scale: float) -> list[Contestant]:
    """All of them."""
    made = plan(load("vantage").scaled(scale))
    begin, end = (made.counts.first_order_of(day) for day in made.published_days)
    orders = end - begin
    lines = round(orders * made.solved.expected_lines_per_order)

    def command(*extra: str) -> list[str]:
        told = ["generate", "vantage", "--scale", repr(scale), "--format", "parquet", "--quiet", *extra]
        return [sys.executable, "-m", "footfall", *told]

    def by_workers(call: Call) -> list[str]:
        return [*command("--workers", "2"), "-o", str(call.out / "vantage")]

    def by_spark(call: Call) -> list[str]:
        return [*command("--engine", "spark", "--master", "local[2]"), "-o", str(call.out / "vantage")]

    def frames(call: Call, scale: float = scale) -> list[str]:
        return [sys.executable, __file__, "--frames", str(call.out), "--scale", repr(scale)]

    def smallest(call: Call) -> list[str]:
        return frames(call, SMALLEST)

    def dbldatagen(call: Call) -> list[str]:
        peer = str(Path(__file__).with_name("spark_peer.py"))
        partitions = str(max(2, orders >> 20))
        return [str(call.programs / "python"), peer, str(orders), str(lines), partitions, str(call.out)]

    size = f"scale {scale:g}"
    return [
        Contestant("footfall", "2 workers, with contract", size, by_workers),
        Contestant("footfall.spark", "frames written, no contract", size, frames),
        Contestant("footfall --engine spark", "with contract", size, by_spark),
        Contestant("footfall.spark", f"at scale {SMALLEST:g}: its start", size, smallest),
        Contestant("dbldatagen", "two tables", size, dbldatagen, PEER),
    ]


def write_frames(scale: float, out: Path) -> None:
    """Write all frames as they are; nothing is judged."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - only in the process that is measured

    import footfall.spark  # noqa: PLC0415 - as above

    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    for name, frame in footfall.spark.tables(spark, "vantage", scale=scale).items():
        frame.write.parquet(str(out / name))
    spark.stop()


def judging(scenario: str, scale: float) -> Iterator[str]:
    """Judge two shares of the orders as tasks do, and merge them; yield what that takes of memory.

    Nothing of Spark is needed for it: tasks run the same code in a Python process of their own.
    """

    def room() -> str:
        return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB"

    started = time.perf_counter()
    what = planned(Request(scenario, scale=scale))
    work = Work.of(None, what)  # type: ignore[arg-type]  # the session is only asked for frames
    customers = what.scenario.customers.pool
    yield f"{scenario} at scale {scale:g}: {what.orders:,} orders, {customers:,} customers"
    yield f"planned in {time.perf_counter() - started:.1f} s, {room()}"
    yield f"shipped: {len(work.shipped):,} bytes; {work.partitions:,} partitions"
    handed = []
    for share in (0, 1):
        one = Judging(what)
        for table, batch in simulate_dimensions(what):
            one.glance(table, batch)
        for number in work.simulated().share(share):
            for table, batch in simulate(what, work.cut.part(number)).batches.items():
                one.observe(table, batch)
        parcels = list(packed("judging", 0, share, one))
        yield f"a judging task: {room()}; hands on {sum(batch.nbytes for batch in parcels):,} bytes"
        handed += parcels
        del one
    (_, first), (_, second) = unpacked(handed)
    first.merge(second)
    yield f"a merging task: {room()}"


def row(contestant: Contestant, runs: Sequence[compare.Measured], memory: int) -> str:
    """One line of the table."""
    seconds = [run.seconds for run in runs]
    middle, last = statistics.median(seconds), runs[-1]
    cells = [
        *(f"{figure:,}" for figure in (last.rows, last.cells, last.bytes)),
        f"{middle:.1f} ({min(seconds):.1f} to {max(seconds):.1f})",
        *(f"{figure / middle:,.0f}" for figure in (last.rows, last.cells)),
        f"{memory / 1e6:,.0f} MB",
    ]
    return f"| {' | '.join((contestant.name, *cells))} |"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    temporary = Path(tempfile.gettempdir())
    parser.add_argument("--scale", type=float, default=300.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=3600.0, help="seconds after which a run is stopped")
    parser.add_argument("--work", type=Path, default=temporary, help="where all write")
    parser.add_argument("--venvs", type=Path, default=temporary / "footfall-peers", help="where peers are")
    parser.add_argument("--memory", metavar="SCENARIO", help="instead, what plan and contract take of memory")
    parser.add_argument("--frames", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.frames is not None:
        write_frames(asked.scale, asked.frames)
        return 0
    if asked.memory is not None:
        for line in judging(asked.memory, asked.scale):
            print(line)
        return 0
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    version = f"Python {platform.python_version()}, {platform.system()}"
    print(f"{asked.runs} runs in turn at scale {asked.scale:g}; {machine}; {version}.\n")
    runs: dict[str, list[compare.Measured]] = {}
    memory: dict[str, int] = {}
    refused: dict[str, str] = {}
    taking_part = contestants(asked.scale)
    with tempfile.TemporaryDirectory(dir=asked.work) as directory:
        out = Path(directory) / "out"
        for nth, file_format, contestant in compare.turns(asked.runs, ["parquet"], taking_part):
            if contestant.name in refused:
                continue
            try:
                call = Call(peers.programs_of(contestant, asked.venvs), file_format, out, out)
                if not nth:
                    memory[contestant.name] = compare.peak_memory(contestant, call, asked.limit)
                    continue
                found = compare.measure(contestant, call, asked.limit)
            except RunError as error:
                refused[contestant.name] = f"not available: {error}"
                continue
            runs.setdefault(contestant.name, []).append(found)
            print(f"run {nth}, {contestant.name}: {found.seconds:.1f} s", file=sys.stderr, flush=True)
    print(f"| | {' | '.join(_COLUMNS)} |\n| --- {'| ---: ' * len(_COLUMNS)}|")
    for contestant in taking_part:
        if contestant.name in refused:
            print(f"| {contestant.name} | {refused[contestant.name]} {'| ' * len(_COLUMNS)}|")
        else:
            print(row(contestant, runs[contestant.name], memory[contestant.name]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
