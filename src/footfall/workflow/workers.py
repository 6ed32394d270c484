"""Worker processes that make ranges of shards, each on a pipe of its own, and end with their parent."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TypeAlias

import pyarrow as pa

from footfall.core.errors import FootfallError
from footfall.plan.parts import Shard
from footfall.plan.plan import Plan
from footfall.simulate.part import simulate_dimensions
from footfall.sinks.part_files import PartFiles
from footfall.workflow.judging import Judging
from footfall.workflow.ranges import RangeMade, Tick, make_range

_Worker: TypeAlias = tuple[BaseProcess, Connection]


class Team:
    """Worker processes that wait for work; they start while their parent still plans.

    A pipe for each worker, instead of one that all share, makes a killed worker an end of file.

    Parameters
    ----------
    size
        How many processes.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._members: list[_Worker] = []

    def __enter__(self) -> Team:
        try:
            for _ in range(self.size):
                _start(self._members)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        for process, pipe in self._members:
            pipe.close()
            process.kill()
        for process, _ in self._members:
            process.join()

    def make(
        self,
        plan: Plan,
        shares: list[list[Shard]],
        files: PartFiles | None,
        orders_a_part: int,
        tick: Tick,
    ) -> Iterator[RangeMade]:
        """Make each share in a process of its own; results come in the order of the shares.

        Raises
        ------
        FootfallError
            A worker ended before its share was done, or met what it could not do.
        """
        pipes = [pipe for _, pipe in self._members[: len(shares)]]
        try:
            for pipe, share in zip(pipes, shares, strict=True):
                pipe.send((plan, share, files, orders_a_part))
            yield from _results(pipes, tick)
        except (EOFError, ConnectionError) as error:
            raise FootfallError(
                "a worker process ended before its part was done (killed, or out of memory); "
                "nothing was published; run again, perhaps with fewer --workers"
            ) from error


def _results(pipes: list[Connection], tick: Tick) -> Iterator[RangeMade]:
    """Results in order; what is done early waits, and all tell of their progress meanwhile."""
    waiting = dict(enumerate(pipes))
    done: dict[int, RangeMade] = {}
    for number in range(len(pipes)):
        while number not in done:
            ready = set(wait(list(waiting.values())))
            for k, pipe in list(waiting.items()):
                if pipe not in ready:
                    continue
                said = pipe.recv()
                if isinstance(said, FootfallError):
                    raise said
                if isinstance(said, RangeMade):
                    done[k] = said
                    del waiting[k]
                else:
                    tick(*said)
        yield done.pop(number)


def _start(team: list[_Worker]) -> None:
    # Spawned, not forked: a fork after Arrow or DuckDB have started threads can hang.
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs,), daemon=True)
    with _interrupts_held_back():
        process.start()
        team.append((process, ours))  # before an interrupt that was held back is let go
        theirs.close()


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Keep Ctrl-C from half-started workers; the parent gets it as soon as they have started.

    Workers inherit the block of the thread that starts them. In the parent another thread (Arrow's)
    may still receive the signal, so its handler waits, too.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not (in_main and hasattr(signal, "pthread_sigmask")):
        yield
        return
    resource_tracker.ensure_running()  # starting it later, within the block, would lift the block
    held: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _frame: held.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, handler)
    if held:
        signal.raise_signal(signal.SIGINT)


def _work(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to end
    try:
        plan, share, files, orders_a_part = pipe.recv()
        try:
            told = _made(plan, share, files, orders_a_part, lambda *counts: pipe.send(counts))
            pipe.send(told)
        except FootfallError as error:
            pipe.send(error)
    except (EOFError, ConnectionError):
        return  # the parent is gone, or has what it wanted


def _made(
    plan: Plan,
    share: list[Shard],
    files: PartFiles | None,
    orders_a_part: int,
    tick: Tick,
) -> RangeMade:
    # One process a core is enough; threads of Arrow's own would only contend.
    pa.set_cpu_count(1)
    judging = Judging(plan)
    for table, batch in simulate_dimensions(plan):
        judging.glance(table, batch)
    batches: list[tuple[str, pa.RecordBatch]] = []

    def collect(table: str, batch: pa.RecordBatch) -> None:
        batches.append((table, batch))
        judging.observe(table, batch)

    made = make_range(
        plan, share, judging=judging, target=files or collect, orders_a_part=orders_a_part, tick=tick
    )
    made.batches, made.judging = batches, judging
    return made
