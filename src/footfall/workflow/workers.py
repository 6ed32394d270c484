"""Worker processes that simulate parts, each on a pipe of its own, and end with their parent."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeAlias

from footfall.core.errors import FootfallError
from footfall.plan.parts import Part
from footfall.plan.plan import Plan
from footfall.simulate.part import Simulated, simulate

_PARTS_AHEAD = 2

_Worker: TypeAlias = tuple[BaseProcess, Connection]


def simulate_in_processes(
    plan: Plan, parts: Iterator[Part], workers: int
) -> Iterator[tuple[Part, Simulated]]:
    """Simulate parts in `workers` processes; results come in the order of the parts.

    Parts are dealt to the workers in turn, a few ahead, so memory does not grow with the parts. A
    pipe for each worker, instead of one that all share, makes a killed worker an end of file.

    Raises
    ------
    FootfallError
        A worker ended before its part was done.
    """
    team: list[_Worker] = []
    try:
        for _ in range(workers):
            _start(team)
        for _, pipe in team:
            pipe.send(plan)
        waiting: list[tuple[Part, Connection]] = []
        turn = cycle(pipe for _, pipe in team)
        for part, pipe in zip(islice(parts, workers * _PARTS_AHEAD), turn, strict=False):
            pipe.send(part)
            waiting.append((part, pipe))
        while waiting:
            part, pipe = waiting.pop(0)
            simulated = pipe.recv()
            following = next(parts, None)
            if following is not None:
                pipe.send(following)
                waiting.append((following, pipe))
            yield part, simulated
    except (EOFError, ConnectionError) as error:
        raise FootfallError(
            "a worker process ended before its part was done (killed, or out of memory); "
            "nothing was published; run again, perhaps with fewer --workers"
        ) from error
    finally:
        for process, pipe in team:
            pipe.close()
            process.kill()
        for process, _ in team:
            process.join()


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
        plan = pipe.recv()
        while True:
            pipe.send(simulate(plan, pipe.recv()))
    except (EOFError, ConnectionError):
        return  # the parent is gone, or has what it wanted
