"""CSV text of rows without free text, at a quarter of the time of Arrow's writer and byte for byte the same.

A row is cut into pieces of at most twelve bytes, its separators included. All texts that a piece can
have stand in a table that Arrow's own text is made into once; a piece's value is its place there. An
entry has the layout of Arrow's string views, a length and twelve bytes, so that the pieces of all
rows, side by side, are an Arrow array, and Arrow's cast of it to plain strings moves them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.core.arrays import from_numpy, from_words, to_numpy
from footfall.core.money import as_decimal, as_unscaled
from footfall.core.schema import ColumnSpec, TableSpec
from footfall.core.vocabulary import Kind
from footfall.sinks.short_codes import ShortCodes

ROWS_AT_ONCE = 1 << 14
"""Rows whose pieces are made together; they stay in the processor's cache."""

_VIEW, _LETTERS = 16, 4  # bytes of a view, and where its letters begin, after their number
_DAY = 86_400
_GROUP = 10_000
_LARGEST = 1 << 16  # entries of a table that grows with its values: a megabyte

Table: TypeAlias = npt.NDArray[np.complex128]
"""Views of texts; a complex number is what NumPy moves as sixteen bytes, and nobody calculates with it."""

Pieces: TypeAlias = Iterator[tuple[Table, npt.NDArray[np.integer]]]
"""Tables, and the places in them of a column's values."""


def timestamp_texts(times: pa.Array) -> pa.Array:
    """Give timestamps to the second as text, 2025-01-01T06:00:12; Arrow itself would print a blank.

    >>> timestamp_texts(pa.array([0, 86_399], pa.timestamp("s"))).to_pylist()
    ['1970-01-01T00:00:00', '1970-01-01T23:59:59']
    """
    seconds = to_numpy(times.cast(pa.int64()))
    days = seconds // _DAY
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    dates = np.datetime_as_string(np.arange(first, last + 1).astype("datetime64[D]")).astype("S10")
    # Copied as machine words, which is several times quicker than as strings: YYYY-MM-, DD, T, HH:MM:SS.
    date_words = dates.view([("month", "u8"), ("day", "u2")])
    texts = np.empty(len(seconds), dtype=[("month", "u8"), ("day", "u2"), ("t", "u1"), ("clock", "u8")])
    places = days - first
    texts["month"] = np.ascontiguousarray(date_words["month"])[places]
    texts["day"] = np.ascontiguousarray(date_words["day"])[places]
    texts["t"] = ord("T")
    texts["clock"] = _clock().view("u8").ravel()[seconds - days * _DAY]
    ends = np.arange(len(seconds) + 1, dtype=np.int32) * np.int32(texts.itemsize)
    return pa.StringArray.from_buffers(len(seconds), pa.py_buffer(ends), pa.py_buffer(texts))


@cache
def _clock() -> npt.NDArray[np.uint8]:
    """HH:MM:SS of every second of a day, made once."""
    second = np.arange(_DAY)
    letters = np.full((_DAY, 8), ord(":"), dtype=np.uint8)
    for place, number in ((0, second // 3600), (3, second // 60 % 60), (6, second % 60)):
        letters[:, place] = ord("0") + number // 10
        letters[:, place + 1] = ord("0") + number % 10
    return letters


@cache
def _clocks(tail: str) -> Table:
    ends = np.arange(0, 8 * _DAY + 1, 8, dtype=np.int32)
    texts = pa.StringArray.from_buffers(_DAY, pa.py_buffer(ends), pa.py_buffer(_clock()))
    return _views(texts, "", tail)


class BeyondTableError(Exception):
    """A value that the tables don't have, such as a negative one; Arrow has to write it."""


def _views(texts: pa.Array, lead: str = "", tail: str = "", *, skip: int = 0) -> Table:
    """Table of short texts without their first `skip` letters, between a lead and a tail."""
    inline = np.frombuffer(texts.cast(pa.string_view()).buffers()[1], dtype=np.uint8).reshape(-1, _VIEW)
    lengths = inline[:, :_LETTERS].copy().view(np.int32).ravel() - skip + len(lead)
    table = np.zeros((len(texts), _VIEW), dtype=np.uint8)
    table[:, _LETTERS : _LETTERS + len(lead)] = np.frombuffer(lead.encode(), dtype=np.uint8)
    table[:, _LETTERS + len(lead) : _VIEW - max(skip - len(lead), 0)] = inline[
        :, _LETTERS + skip : _VIEW - max(len(lead) - skip, 0)
    ]
    if tail:
        table[np.arange(len(texts)), _LETTERS + lengths] = ord(tail)
    table[:, :_LETTERS] = (lengths + len(tail)).astype(np.int32).view(np.uint8).reshape(-1, _LETTERS)
    return table.view(np.complex128).ravel()


def _range(stop: int) -> npt.NDArray[np.int64]:
    return np.arange(stop, dtype=np.int64)


@cache
def _numbers(size: int, lead: str, tail: str) -> Table:
    return _views(from_numpy(_range(size), pa.int64()).cast(pa.string()), lead, tail)


@cache
def _groups(tail: str) -> Table:
    """Four digits each, then as many as it takes: the end of a number from 10,000, and of one below."""
    padded = _views(from_numpy(_range(_GROUP) + _GROUP, pa.int64()).cast(pa.string()), "", tail, skip=1)
    return np.concatenate([padded, _numbers(_GROUP, "", tail)])


@cache
def _fronts(size: int, lead: str) -> Table:
    """What stands before four digits: nothing but the lead for 0."""
    table = _numbers(size, lead, "").copy()
    table[0] = _views(from_words([""]), lead)[0]
    return table


@cache
def _amounts(size: int, lead: str, tail: str) -> Table:
    return _views(as_decimal(_range(size)).cast(pa.string()), lead, tail)


@cache
def _cents(tail: str) -> Table:
    return _views(as_decimal(_range(100)).cast(pa.string()), "", tail, skip=1)


@cache
def _booleans(lead: str, tail: str) -> Table:
    return _views(from_words(["false", "true"]), lead, tail)


def _top(values: npt.NDArray[np.integer]) -> int:
    """Largest value; all have to be natural numbers."""
    if values.min() < 0:
        raise BeyondTableError
    return int(values.max())


def _size(top: int) -> int:
    """Length of a table that holds `top`, out of few lengths, so that few tables are made."""
    return max(256, 1 << top.bit_length())


def _integer_pieces(values: npt.NDArray[np.integer], lead: str, tail: str) -> Pieces:
    top = _top(values)
    if top < _LARGEST // 2:
        yield _numbers(_size(top), lead, tail), values
        return
    front = values // _GROUP
    rest = values - front * _GROUP
    if values.min() >= _GROUP:
        yield from _integer_pieces(front, lead, "")
    elif top // _GROUP < _LARGEST // 2:
        yield _fronts(_size(top // _GROUP), lead), front
        rest += (front == 0) * _GROUP
    else:
        raise BeyondTableError
    yield _groups(tail), rest


def _money_pieces(values: npt.NDArray[np.integer], lead: str, tail: str) -> Pieces:
    top = _top(values)
    if top < _LARGEST:
        yield _amounts(_size(top), lead, tail), values
        return
    whole = values // 100
    yield from _integer_pieces(whole, lead, "")
    yield _cents(tail), values - whole * 100


class _Days:
    """Dates between a lead and a tail; the table is kept, as batches of orders hold the same days."""

    def __init__(self, lead: str, tail: str) -> None:
        self._ends = lead, tail
        self._first, self._table = 0, np.zeros(0, dtype=np.complex128)

    def pieces(self, values: npt.NDArray[np.integer]) -> Pieces:
        first, last = int(values.min()), int(values.max())
        if first < self._first or last >= self._first + len(self._table):
            if last - first >= _LARGEST or not -_LARGEST < first <= last < 40 * _LARGEST:
                raise BeyondTableError
            days = np.arange(first, last + 366, dtype=np.int32)
            self._first = first
            self._table = _views(from_numpy(days, pa.date32()).cast(pa.string()), *self._ends)
        yield self._table, values - self._first


class RowText:
    """Text of the rows of one table, or nothing where Arrow has to write it."""

    def __init__(self, columns: tuple[ColumnSpec, ...]) -> None:
        last = len(columns) - 1
        self._columns = [
            _pieces_of(column, "," if i else "", "\n" if i == last else "")
            for i, column in enumerate(columns)
        ]

    @classmethod
    def of(cls, spec: TableSpec) -> RowText | None:
        """Make it; None where the table has other columns than whole numbers, times and short codes."""
        known = all(c.kind in _KINDS or _is_short_code(c) for c in spec.columns)
        return cls(spec.columns) if known else None

    def of_rows(self, batch: pa.RecordBatch) -> pa.Buffer | None:
        """Lines of CSV of up to `ROWS_AT_ONCE` rows; None where a value has no place in the tables."""
        if not batch.num_rows:
            return pa.py_buffer(b"")
        try:
            pieces = [
                piece
                for column, values in zip(self._columns, batch.columns, strict=True)
                for piece in column(values)
            ]
        except BeyondTableError:
            return None
        views = np.empty((batch.num_rows, len(pieces)), dtype=np.complex128)
        for i, (table, places) in enumerate(pieces):
            views[:, i] = table.take(places)
        array = pa.Array.from_buffers(pa.string_view(), views.size, [None, pa.py_buffer(views)])
        _, ends, letters = array.cast(pa.string()).buffers()
        return letters.slice(0, int(np.frombuffer(ends, dtype=np.int32)[views.size]))


_KINDS = (Kind.INTEGER, Kind.MONEY, Kind.FRACTION, Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP)


def _is_short_code(column: ColumnSpec) -> bool:
    """Whether the words are known and short, and none needs a quote."""
    plain = not set("".join(column.values)) & set('",\r\n')
    return column.kind is Kind.CODE and plain and ShortCodes.of(column.values) is not None


def _pieces_of(column: ColumnSpec, lead: str, tail: str) -> Callable[[pa.Array], Pieces]:
    """Give the function that cuts a column's values into pieces."""
    kind = column.kind
    if kind is Kind.INTEGER:
        return lambda values: _integer_pieces(to_numpy(values), lead, tail)
    if kind in (Kind.MONEY, Kind.FRACTION):
        return lambda values: _money_pieces(as_unscaled(values), lead, tail)
    if kind is Kind.BOOLEAN:
        return lambda values: iter([(_booleans(lead, tail), to_numpy(values).view(np.int8))])
    if kind is Kind.DATE:
        days = _Days(lead, tail)
        return lambda values: days.pieces(to_numpy(values.cast(pa.int32())))
    if kind is Kind.TIMESTAMP:
        days = _Days(lead, "T")

        def times(values: pa.Array) -> Pieces:
            seconds = to_numpy(values.cast(pa.int64()))
            day = seconds // _DAY
            yield from days.pieces(day)
            yield _clocks(tail), seconds - day * _DAY

        return times
    codes = ShortCodes.of(column.values)
    assert codes is not None, "asked for before"
    words = _views(from_words(column.values), lead, tail)

    def coded(values: pa.Array) -> Pieces:
        places = codes.places(values)
        if places is None:
            raise BeyondTableError
        yield words, places

    return coded
