"""Counting by place, days of seconds, codes of words: the steps that every table's figures begin with."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.contract.statistics import Counts
from footfall.core import compiled
from footfall.core.arrays import packed, to_numpy

DAY = 86_400
_MOST_COMPARED, _FEW = 16, 8
_WHOLE = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


def tally(counts: npt.NDArray[Any], places: npt.NDArray[Any], values: npt.NDArray[Any] | None = None) -> None:
    """Add 1, or a whole number of each, to the counts at some places, in place.

    >>> counts = np.zeros((2, 2), np.int64)
    >>> tally(counts, np.array([3, 0, 3]))
    >>> counts.tolist()
    [[1, 0], [0, 2]]
    """
    flat = counts.reshape(-1)
    if compiled.is_available() and flat.dtype == np.int64:
        places = packed(places)
        each = None if values is None else packed(values)
        if not compiled.run("add_at", flat, flat.size, places, each, places.size):
            raise IndexError(f"a place is outside of {flat.size} counts")
    elif values is None and flat.size <= _FEW:
        # A histogram waits for each sum before it adds to the same place again, as it would mostly do.
        seen = [np.count_nonzero(places == place) for place in range(flat.size)]
        flat += np.array(seen, flat.dtype)
    elif values is None and flat.size <= len(places):
        flat += np.bincount(places, minlength=flat.size).astype(flat.dtype, copy=False)
    else:
        # To go to each place costs less than a histogram of more places than there are to count, or of
        # values, which would be floats.
        one_each = flat.dtype.type(1) if values is None else values.astype(flat.dtype, copy=False)
        np.add.at(flat, places.astype(np.intp, copy=False), one_each)


def split_seconds(times: Counts, start: int) -> tuple[Counts, Counts, tuple[int, int], tuple[int, int]]:
    """Split seconds since 1970, at least one.

    Returns
    -------
    tuple
        Days, counted from `start`, and seconds of the day; the first and the last second of a day that
        is there, and the first and the last day.

    Examples
    --------
    >>> split_seconds(np.array([86_400, 86_399]), 0)
    (array([1, 0]), array([    0, 86399]), (0, 86399), (0, 1))
    """
    if compiled.is_available():
        times = packed(times)
        day, second, bounds = np.empty_like(times), np.empty_like(times), np.empty(4, np.int64)
        compiled.run("split_seconds", len(times), times, start, day, second, bounds)
        earliest, latest, first, last = bounds.tolist()
        return day, second, (earliest, latest), (first, last)
    day = times // DAY
    second = times - day * DAY
    day -= start
    return day, second, (int(second.min()), int(second.max())), (int(day.min()), int(day.max()))


def codes_of(words: pa.Array, known: pa.Array) -> npt.NDArray[Any]:
    """Place of each word among those known; -1 where it is not."""
    codes = _compared(words, known)
    if codes is not None:
        return codes
    found = pc.index_in(words, value_set=known)
    return np.where(to_numpy(found.is_null()), -1, to_numpy(found)) if found.null_count else to_numpy(found)


def _compared(words: pa.Array, known: pa.Array) -> npt.NDArray[np.int8] | None:
    """Codes of words that are as long as all that are known, read as whole numbers; else None."""
    if not len(words) or not 0 < len(known) <= _MOST_COMPARED:
        return None
    (ends, data), (known_ends, known_data) = _buffers(words), _buffers(known)
    width = int(ends[1] - ends[0])
    if width not in _WHOLE:
        return None
    if not (ends[1:] - ends[:-1] == width).all() or not (known_ends[1:] - known_ends[:-1] == width).all():
        return None
    whole, listed = (
        np.frombuffer(buffer, _WHOLE[width], count=len(offsets) - 1, offset=int(offsets[0]))
        for buffer, offsets in ((data, ends), (known_data, known_ends))
    )
    codes = (whole == listed[0]).view(np.int8)
    for place, word in enumerate(listed[1:], 2):
        codes += (whole == word).view(np.int8) * np.int8(place)
    codes -= np.int8(1)
    return codes


def _buffers(words: pa.Array) -> tuple[npt.NDArray[np.int32], pa.Buffer]:
    _, ends, data = words.buffers()
    return np.frombuffer(ends, np.int32)[words.offset : words.offset + len(words) + 1], data
