"""What was valid when: prices of SKUs and addresses of customers, as the published tables tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from footfall.contract.statistics import Counts

Places = npt.NDArray[np.int64]

_DAY_BITS = 23  # 9999-12-31 is some three million days after 1970
_ORIGIN = 1 << 22


@dataclass(frozen=True)
class Versions:
    """Versions of products, or of customers, in the order of whose they are and when they begin.

    Attributes
    ----------
    whose
        Number of the product or customer of each version.
    since, until
        First and last day of each, since 1970.
    columns
        All columns by field, in this order.
    """

    whose: Counts
    since: Counts
    until: Counts
    columns: Mapping[str, Any]

    @classmethod
    def of(cls, columns: Mapping[str, Any], owner: str) -> Versions | None:
        """Put a table's columns in order; None where they don't tell whose a version is, and since when."""
        if not {owner, "valid_from", "valid_to"} <= columns.keys():
            return None
        since, until = (
            np.clip(columns[f].astype(np.int64), 1 - _ORIGIN, _ORIGIN - 1) for f in ("valid_from", "valid_to")
        )
        order = np.lexsort((since, columns[owner]))
        taken = {f: v[order] if isinstance(v, np.ndarray) else v.take(order) for f, v in columns.items()}
        return cls(taken[owner].astype(np.int64), since[order], until[order], taken)

    @cached_property
    def _codes(self) -> Counts:
        return (self.whose << _DAY_BITS) + (self.since + _ORIGIN)

    def at(self, whose: Counts, day: Counts) -> Places:
        """Place of the version that holds on a day, for each of some products or customers; -1 for none."""
        wanted = (whose.astype(np.int64) << _DAY_BITS) + (day + _ORIGIN)
        place = np.searchsorted(self._codes, wanted, side="right") - 1
        known = np.maximum(place, 0)
        if not len(self.whose):
            return np.full(len(wanted), -1)
        holds = (place >= 0) & (self.whose[known] == whose) & (self.until[known] >= day)
        return np.where(holds, place, -1)

    def values(self, field: str, whose: Counts, day: Counts) -> Counts:
        """Numbers of a field on days; -1 where nothing holds."""
        place = self.at(whose, day)
        if not len(self.whose):
            return place
        return np.where(place >= 0, self.columns[field][np.maximum(place, 0)], -1)

    @cached_property
    def is_first(self) -> npt.NDArray[np.bool_]:
        """Whether each version is the first one of its product or customer."""
        out = np.ones(len(self.whose), np.bool_)
        out[1:] = self.whose[1:] != self.whose[:-1]
        return out

    @cached_property
    def is_last(self) -> npt.NDArray[np.bool_]:
        """Whether each version is the last one of its product or customer."""
        out = np.ones(len(self.whose), np.bool_)
        out[:-1] = self.is_first[1:]
        return out

    @cached_property
    def first(self) -> Places:
        """Place of the first version of the product or customer of each."""
        return np.flatnonzero(self.is_first)[np.cumsum(self.is_first) - 1]
