"""What an order line costs in this tree and in an earlier one, checked and hashed, stage by stage.

A process of each tree, and one more that keeps the other core busy as a second worker would, simulate,
write, check and hash the same parts of `vantage` at scale 300, in turn, so that a machine that is slow for
a while is slow for both. Processor time; medians over the rounds, and the median of each round's ratio.

    git worktree add /tmp/earlier COMMIT
    python benchmarks/against.py /tmp/earlier --rounds 30

Loops in C are compiled in that tree by `python -m tools.compile_loops` there; without that, NumPy does their
work, and the table says so.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SCALE, PARTS = 300, 40
STAGES = ("simulate and write", "check orders", "check lines", "hash orders", "hash lines")


def measure() -> None:
    """Answer each line on standard input with nanoseconds an order line by stage."""
    from footfall.plan.parts import shards  # noqa: PLC0415 - of the tree that this process has
    from footfall.plan.plan import plan  # noqa: PLC0415
    from footfall.scenario.load import load  # noqa: PLC0415
    from footfall.simulate.dimensions import simulate_dimensions  # noqa: PLC0415

    made = plan(load("vantage").scaled(SCALE))
    parts = [part for shard in shards(made) for part in shard.parts()][:PARTS]
    dimensions = list(simulate_dimensions(made))
    loops = find_spec("footfall.core.compiled")  # earlier trees have none
    is_compiled = loops is not None and import_module("footfall.core.compiled").is_available()
    print("compiled" if is_compiled else "NumPy", flush=True)
    for _ in sys.stdin:
        spent, lines = one_round(made, parts, dimensions)
        print(json.dumps({stage: seconds / lines * 1e9 for stage, seconds in spent.items()}), flush=True)


def one_round(made: Any, parts: list[Any], dimensions: list[Any]) -> tuple[dict[str, float], int]:
    """Seconds by stage, and order lines."""
    from footfall.simulate.part import simulate  # noqa: PLC0415 - of the tree that this process has
    from footfall.sinks.files import writer_of  # noqa: PLC0415
    from footfall.workflow.judging import Judging  # noqa: PLC0415

    spent, lines, judging = dict.fromkeys(STAGES, 0.0), 0, Judging(made)
    # Earlier trees let the last order of each batch wait for the next.
    observe: Any = getattr(judging.figures, "observe_whole", judging.figures.observe)
    for name, batch in dimensions:
        observe(name, batch)

    def timed(stage: str, work: Callable[..., Any], *arguments: Any) -> Any:
        begin = time.process_time()
        made_of_it = work(*arguments)
        spent[stage] += time.process_time() - begin
        return made_of_it

    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as directory:
        keyed = {name: spec for name, spec in made.tables.items() if spec.keyed_by_order}
        writers = {name: writer_of("parquet")(Path(directory) / name, s) for name, s in keyed.items()}
        for part in parts:
            batches = timed("simulate and write", simulate, made, part).batches
            lines += batches["raw_line_items"].num_rows
            for name, batch in batches.items():
                rows = "orders" if name == "raw_orders" else "lines"
                timed("simulate and write", writers[name].write, batch)
                timed(f"check {rows}", observe, name, batch)
                timed(f"hash {rows}", judging.hashes[name].add, batch)
        for writer in writers.values():
            writer.close()
    return spent, lines


class Tree:
    """A process that measures with the sources of a tree."""

    def __init__(self, tree: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(tree / "src"), "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--measure"],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        self.loops = self.answer().strip()

    def ask(self) -> None:
        """Begin a round."""
        assert self._process.stdin
        self._process.stdin.write("\n")

    def answer(self) -> str:
        """Wait for the end of one."""
        assert self._process.stdout
        return self._process.stdout.readline()


def main() -> None:
    """Measure in turn and print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("earlier", type=Path, nargs="?", help="a checkout of an earlier commit")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        measure()
        return
    if asked.earlier is None:
        parser.error("name a checkout of an earlier commit")
    trees = {"earlier": Tree(asked.earlier), "this": Tree(Path(__file__).parents[1])}
    other = Tree(asked.earlier)
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in trees}
    for _ in range(asked.rounds + 1):
        for name, tree in trees.items():
            other.ask()
            tree.ask()
            found = json.loads(tree.answer())
            rounds[name].append({**found, "check and hash": sum(found[stage] for stage in STAGES[1:])})
            other.answer()
    heads = (f"{name}, {tree.loops}" for name, tree in trees.items())
    print(f"| ns an order line | {' | '.join(heads)} | ratio |\n{'| --- ' * 4}|")
    for stage in (*STAGES, "check and hash"):
        some, others = ([r[stage] for r in rounds[name][1:]] for name in trees)  # the first one warms up
        ratio = statistics.median(b / a for a, b in zip(some, others, strict=True))
        print(f"| {stage} | {statistics.median(some):.1f} | {statistics.median(others):.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
