"""Rows that break a rule: how many, and the first of them in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt


class Offences(dict[str, tuple[int, str]]):
    """Check name -> (rows that break it, the first of them)."""

    def add(self, check: str, count: int, first: str) -> None:
        """Note `count` rows; the words of the first ones ever noted stay."""
        if count:
            before, words = self.get(check, (0, ""))
            self[check] = (before + count, words or first)

    def where(self, check: str, wrong: npt.NDArray[Any], words: Callable[[int], str]) -> None:
        """Note the rows in which `wrong` is true; `words` describes a row by its place."""
        count = int(np.count_nonzero(wrong))
        if count:
            self.add(check, count, words(int(np.argmax(wrong))))

    def merge(self, other: Offences) -> None:
        """Note what was noted of the rows that follow."""
        for check, (count, first) in other.items():
            self.add(check, count, first)
