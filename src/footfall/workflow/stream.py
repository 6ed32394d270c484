"""All published batches of a plan in order, simulated here or by worker processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context

import numpy as np
import pyarrow as pa

from footfall.core.errors import FootfallError
from footfall.plan.parts import ORDERS_A_PART, Part, parts
from footfall.plan.plan import Plan
from footfall.simulate.part import Simulated, simulate, simulate_aggregates, simulate_catalog

Progress = Callable[[int, int], None]
"""Called with the orders simulated so far and all that will be."""

_PARTS_AHEAD = 2

_plan_of_worker: list[Plan] = []


def stream(
    plan: Plan, workers: int = 1, orders_a_part: int = ORDERS_A_PART, progress: Progress | None = None
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield (published table, batch): products first, orders and lines part by part, aggregates last.

    The same batches whatever the number of workers; joined, the same rows whatever the parts.
    """
    yield from simulate_catalog(plan).items()
    revenue = np.zeros((len(plan.calendar.trend), len(plan.shops)), dtype=np.int64)
    start, stop = (plan.counts.first_order_of(day) for day in plan.simulated_days)
    done = 0
    for part, simulated in _simulated(plan, workers, orders_a_part):
        days = slice(simulated.first_day, simulated.first_day + len(simulated.revenue))
        revenue[days] += simulated.revenue
        yield from simulated.batches.items()
        done += part.stop - part.start
        if progress:
            progress(done, stop - start)
    yield from simulate_aggregates(plan, revenue).items()


def _simulated(plan: Plan, workers: int, orders_a_part: int) -> Iterator[tuple[Part, Simulated]]:
    todo = parts(plan, orders_a_part)
    if workers == 1:
        for part in todo:
            yield part, simulate(plan, part)
        return
    # Spawned, not forked: a fork after Arrow or DuckDB have started threads can hang.
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_receive, initargs=(plan,)) as pool:
        ahead: deque[tuple[Part, Future[Simulated]]] = deque()
        try:
            for part in islice(todo, workers * _PARTS_AHEAD):
                ahead.append((part, pool.submit(_simulate_in_worker, part)))
            while ahead:
                part, future = ahead.popleft()
                simulated = future.result()
                following = next(todo, None)
                if following is not None:
                    ahead.append((following, pool.submit(_simulate_in_worker, following)))
                yield part, simulated
        except BrokenProcessPool as error:
            raise FootfallError(
                "a worker process ended before its part was done (killed, or out of memory); "
                "nothing was published; run again, perhaps with fewer --workers"
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _receive(plan: Plan) -> None:
    _plan_of_worker[:] = [plan]


def _simulate_in_worker(part: Part) -> Simulated:
    return simulate(_plan_of_worker[0], part)
