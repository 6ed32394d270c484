"""A field followed back to all streams and scenario keys that it depends on.

A test holds this to the truth: it changes one stream, or one key, at a time, and looks which columns
change (`tests/test_lineage.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from footfall.core.vocabulary import leaf_of
from footfall.scenario.model import Scenario
from footfall.simulate.conditions import value_at
from footfall.simulate.money_origins import CHARGED
from footfall.simulate.order_origins import ORDERED
from footfall.simulate.origins import Node, Origin
from footfall.simulate.planned_origins import PLANNED
from footfall.simulate.solved_origins import SOLVED

ORIGINS: Mapping[Node, Origin] = {**SOLVED, **PLANNED, **ORDERED, **CHARGED}


@dataclass(frozen=True)
class Lineage:
    """All that a field depends on: its own origin, and what that follows from, nearest first, to the last."""

    origin: Origin
    nodes: tuple[Node, ...]
    streams: tuple[str, ...]
    keys: tuple[str, ...]


def lineage(scenario: Scenario, entity: str, path: str) -> Lineage:
    """Follow a field back to streams and keys; what the scenario has no use for is left out.

    Parameters
    ----------
    path
        Field of the entity, or a path to one along references, which then have their part in it.

    Examples
    --------
    >>> from footfall.scenario.load import load
    >>> lineage(load("vantage"), "line", "quantity").streams
    ('basket.size', 'line.quantity', 'order.count')
    """
    seen: dict[Node, Origin] = {}
    steps = path.split(".")
    shown = leaf_of(entity, path)
    waiting = deque([shown, *(leaf_of(entity, ".".join(steps[:k])) for k in range(1, len(steps)))])
    if len(steps) > 1 and (entity, "*") in ORIGINS:
        waiting.append((entity, "*"))
    while waiting:
        node = waiting.popleft()
        origin = ORIGINS[node]
        if node in seen or not origin.needs(scenario):
            continue
        seen[node] = origin
        rows = (node[0], "*")
        waiting += [*origin.follows, *([rows] if rows in ORIGINS else [])]
    return Lineage(
        origin=ORIGINS[shown],
        nodes=tuple(n for n in seen if n != shown),
        streams=tuple(sorted({s for origin in seen.values() for s in origin.streams})),
        keys=tuple(sorted({k for o in seen.values() for k in o.keys if value_at(scenario, k) is not None})),
    )
