"""A hash of a table's content that ignores the order of its rows, its batches and its format.

Each row becomes one 64-bit number that depends on every value, on the name of its column and on the
place of the column. The table's hash is the sum of these numbers after mixing, so that parts can be
hashed anywhere and merged. It finds accidents, not forgers.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import to_numpy
from footfall.core.money import as_unscaled
from footfall.core.schema import Kind, TableSpec

Words = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_BASE = np.uint64(0xD6E8FEB86659FD93)  # of the polynomial over a text's bytes; odd, so it has an inverse
_BASE_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))
_SHORT_LISTS = (Kind.CODE, Kind.MONTH)
_MASK = (1 << 64) - 1


def _mixed(words: Words) -> Words:
    """Spread every bit over all bits, as splitmix64's finaliser does; overwrites `words`."""
    words ^= words >> np.uint64(30)
    words *= _MIX_1
    words ^= words >> np.uint64(27)
    words *= _MIX_2
    words ^= words >> np.uint64(31)
    return words


_BYTES = _mixed((np.arange(256, dtype=np.uint64) + np.uint64(1)) * _GOLDEN)


def _powers(base: np.uint64, count: int) -> Words:
    steps = np.full(count + 1, base, dtype=np.uint64)
    steps[0] = 1
    powers: Words = np.cumprod(steps, dtype=np.uint64)
    return powers


def _text_words(texts: pa.Array) -> Words:
    """Hash each text: a polynomial over its UTF-8 bytes, all texts in one running sum."""
    if not len(texts):
        return np.zeros(0, dtype=np.uint64)
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    first, size = int(ends[0]), int(ends[-1] - ends[0])
    ends = ends - first
    sums = np.zeros(size + 1, dtype=np.uint64)
    if size:
        letters = np.frombuffer(data, dtype=np.uint8)[first : first + size]
        np.cumsum(_BYTES[letters] * _powers(_BASE, size)[:size], out=sums[1:])
    # The difference of two sums starts at the power of the text's place; the inverse takes it back to 0.
    words = (sums[ends[1:]] - sums[ends[:-1]]) * _powers(_BASE_INVERSE, size)[ends[:-1]]
    return _mixed(words + np.diff(ends).astype(np.uint64) * _GOLDEN)


def _words(values: pa.Array, kind: Kind) -> Words:
    """Canonical 64-bit value of each entry, the same whatever format it was read from."""
    if kind in (Kind.MONEY, Kind.FRACTION):
        return as_unscaled(values).astype(np.uint64)
    if kind == Kind.NUMBER:
        millionths: npt.NDArray[np.int64] = np.rint(to_numpy(values) * 1e6).astype(np.int64)
        return millionths.astype(np.uint64)
    if kind in _SHORT_LISTS:
        coded = values.dictionary_encode()
        places: npt.NDArray[np.int32] = to_numpy(coded.indices)
        return _text_words(coded.dictionary)[places]
    if kind == Kind.TEXT:
        return _text_words(values)
    if kind == Kind.DATE:
        values = values.cast(pa.int32())
    whole: npt.NDArray[np.int64] = to_numpy(values.cast(pa.int64()))
    return whole.astype(np.uint64)


class ContentHash:
    """Running hash of a table: add batches in any split and order, merge hashes of parts.

    Parameters
    ----------
    spec
        The table; batches come in its Arrow schema and without nulls.
    """

    def __init__(self, spec: TableSpec) -> None:
        self._kinds = [c.kind for c in spec.columns]
        self._keys = [
            np.uint64(int.from_bytes(hashlib.blake2b(c.name.encode(), digest_size=8).digest(), "little"))
            for c in spec.columns
        ]
        self._lanes = [0, 0]
        self.rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in the rows of a batch."""
        if batch.num_columns != len(self._kinds):
            raise ValueError(f"{batch.num_columns} columns came, {len(self._kinds)} were specified")
        if not batch.num_rows:
            return
        rows = np.full(batch.num_rows, _GOLDEN, dtype=np.uint64)
        for values, kind, key in zip(batch.columns, self._kinds, self._keys, strict=True):
            # A chain, not a sum over columns: values that trade rows must not cancel out.
            rows ^= _words(values, kind) + key
            rows *= _MIX_2
            rows ^= rows >> np.uint64(32)
        self._add_lane(0, rows + _GOLDEN)
        self._add_lane(1, rows * _MIX_1 + _BASE)
        self.rows += batch.num_rows

    def _add_lane(self, lane: int, rows: Words) -> None:
        # Summed, never XORed: a row that comes twice would take itself away.
        self._lanes[lane] = (self._lanes[lane] + int(_mixed(rows).sum(dtype=np.uint64))) & _MASK

    def merge(self, other: ContentHash) -> None:
        """Take in the rows that another hash of the same table has seen."""
        if self._keys != other._keys or self._kinds != other._kinds:
            raise ValueError("hashes of different tables cannot be merged")
        self._lanes = [
            (mine + theirs) & _MASK for mine, theirs in zip(self._lanes, other._lanes, strict=True)
        ]
        self.rows += other.rows

    def hexdigest(self) -> str:
        """Give the hash of all rows so far as 32 hexadecimal digits."""
        return "".join(f"{lane:016x}" for lane in self._lanes)
