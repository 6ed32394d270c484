"""What an order line costs, stage by stage, in one process: simulate, write, check, hash.

Processor time over fourteen parts of `vantage` at scale 100, orders' own cost included, least of some
runs; writing goes to memory, so that no disk is timed.

    python benchmarks/stages.py
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from footfall.plan.parts import shards
from footfall.plan.plan import plan
from footfall.scenario.load import load
from footfall.simulate.dimensions import simulate_dimensions
from footfall.simulate.part import simulate
from footfall.sinks.files import writer_of
from footfall.workflow.judging import Judging

PARTS_OF = (0, 3)  # shards of a quiet and of a busy season
PARTS_EACH = 7


def main() -> None:
    """Time the stages and print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    made = plan(load("vantage").scaled(100))
    cut = shards(made)
    parts = [part for k in PARTS_OF for part in list(cut[k].parts())[:PARTS_EACH]]
    batches = [simulate(made, part).batches for part in parts]
    lines = sum(found["raw_line_items"].num_rows for found in batches)

    def least(stage: Callable[[], None]) -> float:
        spent = []
        for _ in range(runs):
            start = time.process_time()
            stage()
            spent.append(time.process_time() - start)
        return min(spent) / lines * 1e9

    def simulating() -> None:
        for part in parts:
            simulate(made, part)

    def writing(form: str) -> None:
        shared = Path("/dev/shm")
        with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as directory:
            writers = {
                name: writer_of(form)(Path(directory) / name, spec)
                for name, spec in made.tables.items()
                if spec.keyed_by_order
            }
            for found in batches:
                for name, batch in found.items():
                    writers[name].write(batch)
            for writer in writers.values():
                writer.close()

    def checking() -> None:
        judging = Judging(made)
        for name, batch in simulate_dimensions(made):
            judging.glance(name, batch)
        for found in batches:
            for name, batch in found.items():
                judging.figures.observe_whole(name, batch)

    def hashing() -> None:
        judging = Judging(made)
        for found in batches:
            for name, batch in found.items():
                judging.hashes[name].add(batch)

    print(f"| stage | ns an order line |\n{'| --- ' * 2}|")
    print(f"| simulate | {least(simulating):.0f} |")
    print(f"| write Parquet | {least(lambda: writing('parquet')):.0f} |")
    print(f"| write CSV | {least(lambda: writing('csv')):.0f} |")
    print(f"| check | {least(checking):.0f} |")
    print(f"| hash | {least(hashing):.0f} |")


if __name__ == "__main__":
    main()
