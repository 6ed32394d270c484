"""A hash of a table's content that ignores the order of its rows, its batches and its format.

Each row becomes one 64-bit number: a polynomial of its values, in the order of the columns, at an odd
number that belongs to their names. The table's hash are two sums of these numbers, after one step of
mixing and after two, so that parts can be hashed anywhere and merged. It finds accidents, not forgers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core import compiled
from footfall.core.arrays import packed, to_numpy
from footfall.core.money import as_unscaled
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.vocabulary import Kind

Words = npt.NDArray[np.uint64]

_MASK = (1 << 64) - 1
_GOLDEN, _MIX_1, _MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_BASE = 0xD6E8FEB86659FD93  # of the polynomial over a text's bytes; odd, so it has an inverse
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
_SHORT_LISTS = (Kind.CODE, Kind.MONTH)
_ROWS_AT_ONCE = 1 << 17  # smaller blocks cost more calls, larger ones are slower
_BYTES_AT_ONCE = 1 << 14
_SHORT = 8
_WHOLE = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.int64}


def _word(value: int) -> Words:
    # As an array without dimensions, which costs a short column half the time of a NumPy scalar.
    return np.array(value & _MASK, dtype=np.uint64)


_S27, _S29, _S30, _S31, _S32 = (_word(s) for s in (27, 29, 30, 31, 32))
_TIMES_1, _TIMES_2, _STEP = (_word(w) for w in (_MIX_1, _MIX_2, _GOLDEN))


def _mixed(words: Words, scratch: Words) -> Words:
    """Spread every bit over all bits, as splitmix64's finaliser does; overwrites both."""
    words ^= np.right_shift(words, _S30, out=scratch)
    words *= _TIMES_1
    words ^= np.right_shift(words, _S27, out=scratch)
    words *= _TIMES_2
    words ^= np.right_shift(words, _S31, out=scratch)
    return words


_BYTES = (np.arange(256, dtype=np.uint64) + _word(1)) * _STEP
_mixed(_BYTES, np.empty_like(_BYTES))


@cache
def _powers(base: int, count: int) -> Words:
    steps = np.full(count, base, dtype=np.uint64)
    steps[0] = 1
    powers: Words = np.cumprod(steps, dtype=np.uint64)
    return powers


def _text_words(texts: pa.Array) -> Words:
    """Hash each text: a polynomial over its UTF-8 bytes, the texts of some kilobytes in one running sum."""
    if not len(texts):
        return np.zeros(0, dtype=np.uint64)
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, np.uint8)
    words = np.empty(len(texts), dtype=np.uint64)
    start = 0
    while start < len(texts):
        # At least one text, however long; at most so many that their bytes stay in the cache.
        fitting = int(np.searchsorted(ends, int(ends[start]) + _BYTES_AT_ONCE, side="right")) - 1
        stop = max(start + 1, fitting)
        words[start:stop] = _polynomials(letters, ends[start : stop + 1])
        start = stop
    words += np.diff(ends).astype(np.uint64) * _STEP
    return _mixed(words, np.empty_like(words))


def _polynomials(letters: npt.NDArray[np.uint8], ends: npt.NDArray[np.int32]) -> Words:
    first, size = int(ends[0]), int(ends[-1] - ends[0])
    reach = 1 << max(_BYTES_AT_ONCE.bit_length(), (size + 1).bit_length())
    sums = np.zeros(size + 1, dtype=np.uint64)
    terms = _BYTES.take(letters[first : first + size])
    terms *= _powers(_BASE, reach)[:size]
    np.cumsum(terms, out=sums[1:])
    # The difference of two sums starts at the power of the text's place; the inverse takes it back to 0.
    upto = sums.take(ends - first)
    words: Words = upto[1:] - upto[:-1]
    words *= _powers(_BASE_INVERSE, reach).take(ends[:-1] - first)
    return words


def _code_numbers(codes: pa.Array) -> npt.NDArray[Any]:
    """Whole number of each code: its UTF-8 bytes, the first the lowest; longer ones have a hash."""
    ends = np.frombuffer(codes.buffers()[1], dtype=np.int32)[codes.offset : codes.offset + len(codes) + 1]
    width = int(ends[1] - ends[0])
    if width in _WHOLE and (ends[1:] - ends[:-1] == width).all():
        return np.frombuffer(codes.buffers()[2], _WHOLE[width], count=len(codes), offset=int(ends[0]))
    coded = codes.dictionary_encode()
    words = [word.encode() for word in coded.dictionary.to_pylist()]
    is_short = np.array([len(word) <= _SHORT for word in words])
    short = np.array(words, f"S{_SHORT}").view(np.int64)
    numbers = np.where(is_short, short, _text_words(coded.dictionary).view(np.int64))
    return np.asarray(numbers.take(to_numpy(coded.indices)))


def _numbers(values: pa.Array, kind: Kind) -> npt.NDArray[Any]:
    """Whole numbers that stand for the entries, the same whatever format a column was read from."""
    if kind in (Kind.MONEY, Kind.FRACTION):
        return as_unscaled(values)
    if kind == Kind.NUMBER:
        return np.rint(to_numpy(values) * 1e6).astype(np.int64)
    if kind in _SHORT_LISTS:
        return _code_numbers(values)
    if kind == Kind.TEXT:
        return _text_words(values).view(np.int64)
    if kind == Kind.DATE:
        return to_numpy(values.cast(pa.int32()))
    if kind == Kind.TIMESTAMP:
        values = values.view(pa.int64())  # a cast would copy it
    elif kind != Kind.BOOLEAN and values.type != pa.int64():
        values = values.cast(pa.int64())
    return to_numpy(values)


def value_words(values: pa.Array, column: ColumnSpec) -> Words:
    """64 bits for each value of a column, the same whatever format it was read from.

    Unlike a table's hash, the words depend on the values alone, so that columns of any names compare, and
    in any form; codes compare with texts.
    """
    if isinstance(values, pa.DictionaryArray):
        values = values.dictionary_decode()
    plain = column.form.read(values) if column.form else values.cast(column.arrow_type)
    if not isinstance(plain, pa.Array):
        return np.asarray(plain).astype(np.int64).view(np.uint64)
    if pa.types.is_string(plain.type):
        coded = plain.dictionary_encode()
        return _text_words(coded.dictionary).take(to_numpy(coded.indices))
    return _numbers(plain, column.kind).astype(np.int64).view(np.uint64)


def joined_words(columns: Sequence[Words]) -> Words:
    """64 bits for each row of some columns of words, well mixed, so that sums of them tell rows apart."""
    rows = np.full(len(columns[0]), _GOLDEN, dtype=np.uint64)
    scratch = np.empty_like(rows)
    for words in columns:
        rows += words
        _mixed(rows, scratch)
    return rows


def _sums(columns: Sequence[npt.NDArray[Any]], base: int, count: int) -> tuple[int, int]:
    """Sums of the rows' polynomials after one step of mixing, and after two."""
    step, sums = _word(base).view(np.int64), [0, 0]
    room = np.empty((2, min(_ROWS_AT_ONCE, count)), dtype=np.uint64)
    for start in range(0, count, _ROWS_AT_ONCE):
        rows, scratch = room[:, : count - start]
        polynomial = rows.view(np.int64)
        np.multiply(columns[0][start : start + len(rows)], step, out=polynomial)
        for numbers in columns[1:]:
            polynomial += numbers[start : start + len(rows)]
            polynomial *= step
        # Mixed before they are summed: values that trade rows must not cancel out.
        rows ^= np.right_shift(rows, _S32, out=scratch)
        sums[0] += int(rows.sum(dtype=np.uint64))
        rows *= _TIMES_1
        rows ^= np.right_shift(rows, _S29, out=scratch)
        sums[1] += int(rows.sum(dtype=np.uint64))
    return sums[0], sums[1]


def _compiled_sums(columns: Sequence[npt.NDArray[Any]], base: int, count: int) -> tuple[int, int]:
    """Do the same, all steps for some rows at once."""
    columns = [packed(numbers, numbers.dtype) for numbers in columns]
    places = np.array([numbers.ctypes.data for numbers in columns], np.uintp)
    widths = [n.itemsize * (-1 if n.dtype.kind == "i" else 1) for n in columns]
    sums = np.empty(2, np.uint64)
    compiled.run(
        "sum_polynomials", count, len(columns), places, np.array(widths, np.int8), base, _MIX_1, sums
    )
    return int(sums[0]), int(sums[1])


class ContentHash:
    """Running hash of a table: add batches in any split and order, merge hashes of parts.

    Parameters
    ----------
    spec
        The table; batches come in its Arrow schema and without nulls.
    """

    def __init__(self, spec: TableSpec) -> None:
        self._kinds = [c.kind for c in spec.columns]
        names = "".join(f"{len(c.name)}:{c.name}" for c in spec.columns)
        self._base = int.from_bytes(hashlib.blake2b(names.encode(), digest_size=8).digest(), "little") | 1
        self._lanes = [0, 0]
        self.rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in the rows of a batch.

        Raises
        ------
        ValueError
            The batch has another number of columns than was specified.
        """
        if batch.num_columns != len(self._kinds):
            raise ValueError(f"{batch.num_columns} columns came, {len(self._kinds)} were specified")
        if not batch.num_rows:
            return
        columns = [_numbers(values, kind) for values, kind in zip(batch.columns, self._kinds, strict=True)]
        sums_of = _compiled_sums if compiled.is_available() else _sums
        # Summed, never XORed: a row that comes twice would take itself away.
        sums = sums_of(columns, self._base, batch.num_rows)
        self._lanes = [lane + each & _MASK for lane, each in zip(self._lanes, sums, strict=True)]
        self.rows += batch.num_rows

    def merge(self, other: ContentHash) -> None:
        """Take in the rows that another hash of the same table has seen.

        Raises
        ------
        ValueError
            It is the hash of a table with other columns.
        """
        if (self._base, self._kinds) != (other._base, other._kinds):
            raise ValueError("hashes of different tables cannot be merged")
        self._lanes = [
            (mine + theirs) & _MASK for mine, theirs in zip(self._lanes, other._lanes, strict=True)
        ]
        self.rows += other.rows

    def hexdigest(self) -> str:
        """Give the hash of all rows so far as 32 hexadecimal digits."""
        # Rows whose values are all 0 add nothing but their number.
        return "".join(f"{lane + self.rows * _GOLDEN & _MASK:016x}" for lane in self._lanes)
