"""How fast footfall is, beside other generators and beside the mere writing of its tables.

All contestants run in one go and in turn, there and back again (A B C C B A ...), on the same disk, each for
itself; the table holds medians. Peers (``peers.py``) are installed in environments of their own, with pinned
versions. What could not be installed or run stays in the table, with the reason.

- seconds: from the start of the command to its exit, as a user waits; for "only writing", of writing alone.
  What lies unwritten in the system's cache at the exit is written out before the next run starts.
- rows, cells, bytes: counted in the tables that were written; cells are rows times columns.
- CPU s: user and system time of all processes.
- peak memory: sum of the proportional set sizes (PSS) of all processes, sampled every 50 ms from
  ``/proc``, so that shared pages count once; for "only writing" it includes the tables themselves. To look
  takes time from processes that keep all cores busy, so it has a run of its own, before the others. Elsewhere
  than on Linux it is left out.
- the last two columns: rows/s and cells/s over those of footfall's first variant.

Slow generators make fewer rows, see "size"; for them rows/s counts.

    python benchmarks/compare.py --scale 300 --tpch-scale 4 --runs 5
    python benchmarks/compare.py --only footfall tpchgen-cli --formats parquet
    python benchmarks/compare.py --growth --growth-to 100000000
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import chain, product
from pathlib import Path

import duckdb

import peers
from footfall.core import compiled
from peers import Call, Contestant, RunError, Sizes

_SAMPLE_SECONDS = 0.05
_READ = {
    "parquet": "FROM read_parquet('{}')",
    "csv": "FROM read_csv('{}', delim=',', quote='\"', escape='\"', header=true, all_varchar=true)",
}
_COLUMNS = (
    *("size", "rows", "cells", "bytes", "seconds (least to most)", "CPU s", "rows/s", "cells/s"),
    *("peak memory", "rows/s : footfall", "cells/s : footfall"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: what was written, and what it took."""

    rows: int
    cells: int
    bytes: int
    lines: int
    seconds: float
    cpu: float


def _pss(process: int) -> Iterator[int]:
    # Processes may end while they are looked at.
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                yield int(line.split()[1]) * 1024
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _pss(int(child))
    except OSError:
        return


def _look_away(_process: int) -> None:
    pass


def run_once(
    command: Sequence[str], where: Path, limit: float, look: Callable[[int], None] = _look_away
) -> tuple[float, float, str]:
    """Run a command in a directory, at most so many seconds; `look` gets its process's number, often.

    Returns
    -------
    tuple[float, float, str]
        Seconds, processor seconds, and what it printed.

    Raises
    ------
    RunError
        It did not exit with 0.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as told:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=where, stdout=told, stderr=subprocess.STDOUT, start_new_session=True
        )
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(_SAMPLE_SECONDS):
                look(process.pid)
                if time.perf_counter() - start > limit and not ended.is_set():
                    os.killpg(process.pid, signal.SIGKILL)
                    return

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            ended.set()
        seconds = time.perf_counter() - start
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        text = told.read().replace(str(where), where.name)
    if process.returncode:
        raise RunError(peers.reason(text) if seconds <= limit else f"stopped after {limit:.0f} s")
    return seconds, used.ru_utime + used.ru_stime, text


def written(directory: Path, file_format: str) -> tuple[int, int, int, int]:
    """Rows, cells, bytes and footfall's order lines, counted in the tables below a directory.

    Links do not count: footfall's data package names its tables by links to them.
    """
    rows = cells = size = lines = 0
    for path in (p for p in directory.rglob(f"*.{file_format}") if not p.is_symlink()):
        source = _READ[file_format].format(path)
        [(height,)] = duckdb.execute(f"SELECT count(*) {source}").fetchall()
        rows += height
        cells += height * len(duckdb.execute(f"DESCRIBE {source}").fetchall())
        size += path.stat().st_size
        lines += height if peers.LINES in path.relative_to(directory).as_posix() else 0
    if not rows:
        raise RunError("it wrote no rows")
    return rows, cells, size, lines


@contextmanager
def _clean(out: Path) -> Iterator[None]:
    """Make a directory for a run, with nothing left to write, and remove it afterwards."""
    out.mkdir()
    os.sync()
    try:
        yield
    finally:
        shutil.rmtree(out)


def measure(contestant: Contestant, call: Call, limit: float) -> Measured:
    """One run, in a directory of its own."""
    with _clean(call.out):
        seconds, cpu, told = run_once(contestant.command(call), call.out, limit)
        if contestant.is_writer:
            seconds, cpu = (float(word) for word in told.split()[-2:])
        return Measured(*written(call.out, call.file_format), seconds, cpu)


def peak_memory(contestant: Contestant, call: Call, limit: float) -> int:
    """Most bytes that its processes hold in a run that is not timed; 0 where the system doesn't tell."""
    peak = 0

    def look(process: int) -> None:
        nonlocal peak
        peak = max(peak, sum(_pss(process)))

    with _clean(call.out):
        run_once(contestant.command(call), call.out, limit, look)
    return peak


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _median(runs: Sequence[Measured], name: str) -> float:
    return statistics.median(getattr(run, name) for run in runs)


def _row(contestant: Contestant, runs: Sequence[Measured], memory: int, base: Sequence[Measured]) -> str:
    rows, cells, size, seconds, cpu = (_median(runs, f) for f in ("rows", "cells", "bytes", "seconds", "cpu"))
    spread = f"{min(run.seconds for run in runs):.2f} to {max(run.seconds for run in runs):.2f}"
    ratios = ["", ""]
    if base:
        to_base = _median(base, "seconds") / seconds
        ratios = [f"{_median(runs, f) / _median(base, f) * to_base:.2f}" for f in ("rows", "cells")]
    written = [f"{figure:,.0f}" for figure in (rows, cells, size)]
    took = [f"{seconds:.2f} ({spread})", f"{cpu:.2f}"]
    speed = [f"{rows / seconds:,.0f}", f"{cells / seconds:,.0f}", _megabytes(memory)]
    return _line(contestant.name, contestant.size, *written, *took, *speed, *ratios)


def _megabytes(memory: int) -> str:
    return f"{memory / 1e6:,.0f} MB" if memory else ""


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _heading(*cells: str, left: int) -> list[str]:
    return [_line(*cells), _line(*["---"] * left, *["---:"] * (len(cells) - left))]


def compare(asked: argparse.Namespace, sizes: Sizes) -> Iterator[str]:
    """Run all contestants in turn; yield the lines of a table for each format."""
    taking_part = [c for c in peers.contestants(sizes) if not asked.only or c.peer in asked.only]
    refused: dict[tuple[str, str], str] = {}
    runs: dict[tuple[str, str], list[Measured]] = {}
    memory: dict[tuple[str, str], int] = {}
    with tempfile.TemporaryDirectory(dir=asked.work) as temporary:
        tables, out = Path(temporary) / "tables", Path(temporary) / "out"
        writers_lack = ""
        if any(contestant.is_writer for contestant in taking_part):
            _tell("making the tables for the writers")
            tables.mkdir()
            make = peers.contestants(sizes)[0].command(Call(Path(), "parquet", tables, tables))
            try:
                run_once(make, tables, asked.limit)
            except RunError as error:
                writers_lack = f"no tables to write: {error}"
        for nth, file_format, contestant in turns(asked.runs, asked.formats, taking_part):
            key = (file_format, contestant.name)
            if key in refused:
                continue
            try:
                if file_format not in contestant.formats:
                    raise RunError(f"{' '.join(contestant.formats)} alone")
                if contestant.is_writer and writers_lack:
                    raise RunError(writers_lack)
                call = Call(peers.programs_of(contestant, asked.venvs), file_format, out, tables / "vantage")
                if not nth:
                    memory[key] = peak_memory(contestant, call, asked.limit)
                    continue
                found = measure(contestant, call, asked.limit)
            except RunError as error:
                refused[key] = f"not available: {error}"
                _tell(f"{file_format}, {contestant.name}: {refused[key]}")
                continue
            runs.setdefault(key, []).append(found)
            _tell(f"{file_format}, run {nth}, {contestant.name}: {found.seconds:.2f} s")
    for file_format in asked.formats:
        yield from ["", *_heading(file_format, *_COLUMNS, left=2)]
        base = runs.get((file_format, f"footfall, {peers.BASE}"), [])
        for contestant in taking_part:
            key = (file_format, contestant.name)
            if key in refused:
                yield _line(contestant.name, refused[key], *[""] * (len(_COLUMNS) - 1))
            else:
                yield _row(contestant, runs[key], memory[key], base)


def turns(
    runs: int, formats: Sequence[str], taking_part: list[Contestant]
) -> Iterator[tuple[int, str, Contestant]]:
    """Number of a run (0: for memory), format and contestant, which does not always follow the same one."""
    for nth, file_format in product(range(runs + 1), formats):
        yield from ((nth, file_format, each) for each in taking_part[:: 1 if nth % 2 else -1])


def growth(asked: argparse.Namespace) -> Iterator[str]:
    """Run footfall at 10,000 orders and ten times more again and again; yield the lines of a table."""
    columns = ("order lines", "rows", "seconds", "ns an order line", "peak memory")
    yield from ["", *_heading("expected orders", *columns, left=0)]
    orders = 10_000
    while orders <= asked.growth_to:
        footfall = peers.contestants(Sizes(scale=orders / peers.ORDERS_AT_SCALE_1))[0]
        try:
            with tempfile.TemporaryDirectory(dir=asked.work) as temporary:
                out = Path(temporary) / "out"
                call = Call(Path(), "parquet", out, out)
                memory = peak_memory(footfall, call, asked.limit)
                runs = [measure(footfall, call, asked.limit) for _ in range(asked.runs)]
        except RunError as error:
            yield _line(f"{orders:,}", f"not available: {error}", *[""] * 4)
            return
        lines, rows, seconds = (_median(runs, figure) for figure in ("lines", "rows", "seconds"))
        figures = (f"{seconds:.2f}", f"{seconds / lines * 1e9:,.0f}", _megabytes(memory))
        yield _line(f"{orders:,}", f"{lines:,.0f}", f"{rows:,.0f}", *figures)
        orders *= 10


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    temporary = Path(tempfile.gettempdir())
    add = parser.add_argument
    default = "default: %(default)s"
    for field in fields(Sizes):
        add(
            f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default, help=default
        )
    add("--runs", type=int, default=3, help="how often each is run")
    add("--formats", nargs="+", choices=list(_READ), default=list(_READ))
    names = sorted({contestant.peer for contestant in peers.contestants(Sizes())})
    add("--only", nargs="+", choices=names, metavar="NAME", help=f"who is run: {', '.join(names)}")
    add("--limit", type=float, default=3600.0, help="seconds after which a run is stopped")
    add("--work", type=Path, default=temporary, help="where all write: same disk for all")
    add("--venvs", type=Path, default=temporary / "footfall-peers", help="where peers are installed")
    add("--markdown", type=Path, help="a file to write the tables to, too")
    add("--growth", action="store_true", help="measure footfall alone, at more and more orders")
    add("--growth-to", type=int, default=10_000_000, help="most orders of --growth")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what runs is ended, and files are removed
    sizes = Sizes(**{field.name: getattr(asked, field.name) for field in fields(Sizes)})
    asked.work.mkdir(parents=True, exist_ok=True)
    version, load = f"Python {platform.python_version()}, {platform.system()}", os.getloadavg()[0]
    loops = f"loops {'compiled' if compiled.is_available() else 'in NumPy'}"
    machine = f"{os.cpu_count()} cores, load {load:.1f} at the start; {version}; {loops}"
    heading = f"{asked.runs} runs in turn; {machine}."
    told: list[str] = []
    for line in chain([heading], growth(asked) if asked.growth else compare(asked, sizes)):
        print(line, flush=True)
        told.append(line)
    if asked.markdown:
        asked.markdown.write_text("\n".join(told) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
