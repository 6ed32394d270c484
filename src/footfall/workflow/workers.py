"""Worker processes that make ranges of shards, each on a pipe of its own, and end with their parent."""

from __future__ import annotations

import pickle
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeAlias

import pyarrow as pa

from footfall.core.arrays import give_back_freed_memory
from footfall.core.errors import FootfallError
from footfall.core.interrupts import interrupts_noted
from footfall.plan.parts import Shard
from footfall.plan.plan import Plan
from footfall.simulate.dimensions import simulate_dimensions
from footfall.sinks.part_files import PartFiles
from footfall.workflow.judging import Judging
from footfall.workflow.ranges import RangeMade, Tick, make_range

_Worker: TypeAlias = tuple[BaseProcess, Connection]


class Team:
    """Worker processes beside this one; they start while it still plans, and wait for work.

    A pipe for each worker, instead of one that all share, makes a killed worker an end of file.

    Parameters
    ----------
    size
        How many processes besides this one.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._members: list[_Worker] = []
        self._working: dict[int, Connection] = {}
        self._done: dict[int, RangeMade] = {}

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

    def begin(
        self, plan: Plan, shares: list[list[Shard]], files: PartFiles | None, orders_a_part: int
    ) -> None:
        """Let each share be made in a process of its own, at most as many as there are."""
        self._working = {k: pipe for k, (_, pipe) in enumerate(self._members[: len(shares)])}
        with _named_if_one_ends():
            for pipe, share in zip(self._working.values(), shares, strict=True):
                _send(pipe, (plan, share, files, orders_a_part))

    def heed(self, tick: Tick, seconds: float | None = 0) -> None:
        """Take what workers have said so far; without a limit of seconds, wait until one says something.

        Raises
        ------
        FootfallError
            A worker ended before its share was done, or met what it could not do.
        """
        with _named_if_one_ends():
            ready = set(wait(list(self._working.values()), seconds))
            for k, pipe in list(self._working.items()):
                if pipe not in ready:
                    continue
                said = _receive(pipe)
                if isinstance(said, FootfallError):
                    raise said
                if isinstance(said, RangeMade):
                    self._done[k] = said
                    del self._working[k]
                else:
                    tick(*said)

    def results(self, tick: Tick) -> Iterator[RangeMade]:
        """What was made, in the order of the shares; what is done early waits."""
        give_back_freed_memory()  # since what they send takes its place
        for k in sorted({*self._working, *self._done}):
            while k not in self._done:
                self.heed(tick, None)
            yield self._done.pop(k)


@contextmanager
def _named_if_one_ends() -> Iterator[None]:
    try:
        yield
    except (EOFError, ConnectionError) as error:
        raise FootfallError(
            "a worker process ended before its part was done (killed, or out of memory); "
            "nothing was published; run again, perhaps with fewer --workers"
        ) from error


def _send(pipe: Connection, said: object) -> None:
    """Send an object; its arrays go as they lie there, since a pickle would hold all of them once more."""
    arrays: list[pickle.PickleBuffer] = []
    head = pickle.dumps(said, protocol=5, buffer_callback=arrays.append)
    views = [array.raw() for array in arrays]
    pipe.send((head, [view.nbytes for view in views]))
    for view in views:
        if view.nbytes:
            pipe.send_bytes(view)


def _receive(pipe: Connection) -> Any:
    head, sizes = pipe.recv()
    arrays = [bytearray(size) for size in sizes]
    for array in arrays:
        if array:
            pipe.recv_bytes_into(array)
    return pickle.loads(head, buffers=arrays)


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
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # starting it later, within the block, would lift the block
    with interrupts_noted():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to end
    try:
        plan, share, files, orders_a_part = _receive(pipe)
        try:
            _send(pipe, _made(plan, share, files, orders_a_part, lambda *counts: _send(pipe, counts)))
        except FootfallError as error:
            _send(pipe, error)
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
