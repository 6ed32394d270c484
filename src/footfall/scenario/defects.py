"""What is wrong with a scenario: each defect with its place, and what is allowed there."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from footfall.core.errors import ScenarioError

Path = tuple[Any, ...]
"""Keys, which are words or numbers, and places in lists, from the outside to the inside."""


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong.

    Attributes
    ----------
    place : str
        File, or change as it stands on the command line.
    line, column : int or None
        From 1; None where it is not about a file.
    key : str
        Path of the key that is wrong; empty where it is about no key.
    says : str
        What is wrong, and what is allowed.
    is_slip : bool
        Whether it is a key that is not known; that tells more than what is missing because of it.
    """

    place: str
    line: int | None
    column: int | None
    key: str
    says: str
    is_slip: bool = False

    def __str__(self) -> str:
        at = "" if self.line is None else f":{self.line}:{self.column}"
        return f"{self.place}{at}: {self.says}"


class Contradiction(ValueError):  # noqa: N818 - the name states the fact, not the mechanism
    """What does not fit together, and the keys that it is about.

    Parameters
    ----------
    says
        What is wrong, and what is allowed.
    keys
        Paths from the part that refuses, the one to look at first in front; a word is a path of one key.
        Of a scenario that extends another, the one that the outermost file gives is pointed at.
    """

    def __init__(self, says: str, *keys: str | Path) -> None:
        super().__init__(says)
        self.keys: tuple[Path, ...] = tuple((key,) if isinstance(key, str) else key for key in keys)


class Contradictions(ValueError):  # noqa: N818 - as above
    """All that does not fit together."""

    def __init__(self, found: Sequence[Contradiction]) -> None:
        super().__init__("; ".join(map(str, found)))
        self.found = tuple(found)


def nearest(word: str, known: Sequence[str]) -> str:
    """Words that offer the likeliest meant name, empty where none is near.

    >>> nearest("vantagge", ["vantage", "storefront"])
    " (did you mean 'vantage'?)"
    """
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f" (did you mean '{found[0]}'?)" if found else ""


def refusal(defects: Sequence[Defect], scenario: str) -> ScenarioError:
    """Give the error that names the defect that tells most, in a line, and holds all of them.

    Parameters
    ----------
    defects
        In the order in which they stand in the files.
    scenario
        Name or path of the scenario, as it was asked for.
    """
    first = next((defect for defect in defects if defect.is_slip), defects[0])
    more = len(defects) - 1
    rest = f" (and {more} more: footfall validate {shlex.quote(scenario)})" if more else ""
    return ScenarioError(f"{first}{rest}", defects)
