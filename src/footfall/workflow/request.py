"""What a user asks for, checked before any work is done."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from footfall.core.errors import RequestError

LARGEST_SCALE = 1_000_000.0
MOST_WORKERS = 64
"""More only on a machine with more cores: each takes some 100 MB and a second of the processor to start."""

_WHOLE, _DAY = (int, "a whole number"), (dt.date, "a datetime.date")
_TAKES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "scenario": (str, "the name of a scenario or the path of its file, as text"),
    "seed": _WHOLE,
    "scale": ((int, float), "a number"),
    **dict.fromkeys(("workers", "part", "parts"), _WHOLE),
    **dict.fromkeys(("first", "last", "as_of"), _DAY),
}
"""What each value must be, where it isn't None: nothing is guessed from another type."""


def texts(name: str, given: Iterable[str]) -> tuple[str, ...]:
    """Take a list of texts; a text by itself would be taken apart letter by letter.

    >>> texts("tables", ["raw_orders"])
    ('raw_orders',)

    Raises
    ------
    RequestError
        It is one text, or holds anything else.
    """
    found = () if isinstance(given, str) else tuple(given)
    if isinstance(given, str) or not all(isinstance(each, str) for each in found):
        raise RequestError(f"{name}={given!r}: give a list of texts")
    return found


@dataclass(frozen=True)
class Request:
    """One data set that is asked for.

    Attributes
    ----------
    scenario : str
        Name of a shipped scenario, or a path to a file.
    seed : int
        From 0.
    scale : float
        Times the scenario's orders and customers.
    first, last : date, optional
        Published days, both included; the scenario's year where not given.
    tables : tuple of str, optional
        Published tables; all where not given.
    overrides : tuple of str
        "key.path=value" each.
    workers : int, optional
        Processes that simulate; one for each core at most, and one where the data are small, where not given.
    part, parts : int, optional
        Only the part-th of so many parts, from 1; they are cut by days.
    as_of : date, optional
        What was known at the end of this day; the final state where not given.
    """

    scenario: str
    seed: int = 42
    scale: float = 1.0
    first: dt.date | None = None
    last: dt.date | None = None
    tables: tuple[str, ...] | None = None
    overrides: tuple[str, ...] = ()
    workers: int | None = None
    part: int | None = None
    parts: int | None = None
    as_of: dt.date | None = None

    def __post_init__(self) -> None:
        for name, (kinds, wanted) in _TAKES.items():
            value = getattr(self, name)
            is_left_out = value is None and name not in ("scenario", "seed", "scale")
            # To Python a datetime is a date, and True a number.
            if not is_left_out and (not isinstance(value, kinds) or isinstance(value, dt.datetime | bool)):
                raise RequestError(f"{name}={value!r}: give {wanted}")
        if self.seed < 0:
            raise RequestError(f"--seed {self.seed}: give a whole number from 0")
        if not (math.isfinite(self.scale) and 0 < self.scale <= LARGEST_SCALE):
            raise RequestError(f"--scale {self.scale}: give a number above 0 and up to {LARGEST_SCALE:,.0f}")
        if self.first and self.last and self.first > self.last:
            raise RequestError(
                f"--from {self.first} is after the last day, {self.last}; the horizon would be empty"
            )
        if self.as_of and self.part:
            raise RequestError("--as-of and --part don't go together: a part is cut from the final state")
        if (self.part is None) != (self.parts is None):
            raise RequestError("--part K and --parts N go together: the K-th of N parts")
        if self.part is not None and self.parts is not None and not 1 <= self.part <= self.parts:
            raise RequestError(f"--part {self.part} --parts {self.parts}: give a part from 1 to {self.parts}")
        if self.workers is not None and self.workers < 1:
            raise RequestError(f"--workers {self.workers}: give a whole number from 1")
        if self.workers is not None and self.workers > (most := max(os.cpu_count() or 1, MOST_WORKERS)):
            raise RequestError(
                f"--workers {self.workers}: give at most {most}; more than the machine's "
                f"{os.cpu_count()} cores don't make it faster, and the rows are the same with any number"
            )
