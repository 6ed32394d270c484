"""Rows that are being published, and the rows that they refer to: columns by paths along references."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import from_numpy
from footfall.core.streams import Rows as Addresses

Columns: TypeAlias = Mapping[str, Callable[[], Any]]
"""Field -> what makes its values: NumPy arrays (cents, days since 1970) or Arrow text."""

Parent: TypeAlias = "tuple[Rows, npt.NDArray[np.int64] | None]"
"""Rows that are referred to, and the place among them for each row; None where they stand one by one."""


@dataclass(frozen=True)
class Rows:
    """Some rows of an entity; only what is asked for is made.

    Attributes
    ----------
    own : Columns
        Their fields.
    address : callable
        Gives what the rows' own streams are addressed by.
    parents : dict
        Field that refers -> what makes the rows that it refers to.
    """

    own: Columns
    address: Callable[[], Addresses]
    parents: Mapping[str, Callable[[], Parent]] = field(default_factory=dict)
    _parents: dict[str, Parent] = field(default_factory=dict, init=False)
    _joined: dict[str, Any] = field(default_factory=dict, init=False)

    def values(self, path: str) -> Any:
        """Values of a field, or of a field at the end of a path."""
        step, _, rest = path.partition(".")
        if not rest:
            return self.own[step]()
        if step not in self._parents:
            self._parents[step] = self.parents[step]()
        parent, place = self._parents[step]
        # Kept, as several columns and tables may show the same.
        if rest not in parent._joined:
            parent._joined[rest] = parent.values(rest)
        values = parent._joined[rest]
        if place is None:
            return values
        return values.take(from_numpy(place, pa.int64()) if isinstance(values, pa.Array) else place)
