"""How something comes about: a field, the rows of an entity, or a figure that planning settles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from footfall.simulate.conditions import Condition, always

Node: TypeAlias = tuple[str, str]
"""(entity, field), (entity, "*") for its rows, or something that planning settles for several fields."""


@dataclass(frozen=True)
class Origin:
    """How a field, the rows of an entity, or a figure of the plan comes about.

    Attributes
    ----------
    words
        In a sentence or two.
    streams
        Names of the streams that are drawn for it; a * stands for anything.
    keys
        Keys of the scenario that it reads; a * stands for any name.
    follows
        What else it is made from.
    needs
        Condition without which it plays no part.
    """

    words: str
    streams: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    follows: tuple[Node, ...] = ()
    needs: Condition = always
