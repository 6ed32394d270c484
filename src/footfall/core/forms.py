"""Forms that a column may show its values in: numbers as UUIDs or codes, money as whole cents, days as times.

Each form can be read back, so that keys stay keys and the contract judges what the values stand for; and
each keeps the order of its numbers, so that tables can be sorted by what they show.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from footfall.core.arrays import from_numpy, from_words, take_words, to_numpy
from footfall.core.vocabulary import Kind

UNREADABLE = -1
"""Number that a text stands for which no number was shown as."""
_NO_WORD = "?"
_CODE = re.compile(r"^(.*?)(0+)$")
_SECONDS_A_DAY = 86_400
_WIDTH = 36
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_SIXTEEN = np.arange(60, -1, -4, dtype=np.uint64)
Ints = npt.NDArray[np.int64]
Letters = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Form:
    """A form, and what is shown in it.

    Attributes
    ----------
    word : str
        `uuid`, `cents`, `timestamp`, or a code such as `SKU-000`.
    of : str
        What the numbers are of, such as "customer": the same number of something else is another UUID.
    kind : Kind
        What the column's values are.
    words : tuple of str
        Where a listed word is shown as a UUID, the list: its place is the number.
    """

    word: str
    of: str
    kind: Kind
    words: tuple[str, ...] = ()

    @classmethod
    def find(cls, word: str, of: str, kind: Kind, words: tuple[str, ...] = ()) -> Form:
        """Form of a field of some kind.

        Raises
        ------
        ValueError
            Values of this kind have no such form.
        """
        allowed = {"cents": (Kind.MONEY, Kind.INTEGER), "timestamp": (Kind.DATE, Kind.TIMESTAMP)}
        needed, shown = allowed.get(word, (Kind.INTEGER, Kind.TEXT))
        if kind is not needed and not (word == "uuid" and words):
            raise ValueError(f"as '{word}' needs values of the kind {needed}; these are {kind}")
        return cls(word, of, shown, words if word == "uuid" else ())

    @property
    def shown_words(self) -> tuple[str, ...]:
        """Texts of the listed words, in their order."""
        return tuple(uuids(np.arange(1, len(self.words) + 1), self.of).to_pylist())

    @property
    def most(self) -> int | None:
        """Largest number that keeps the order of texts; None where there is room for all."""
        found = _CODE.match(self.word)
        return 10 ** len(found[2]) - 1 if found else None

    def show(self, values: Any) -> pa.Array:
        """Give the column of some values: numbers, cents, days since 1970, or listed words."""
        if self.words:
            return take_words(
                self.shown_words, to_numpy(pc.index_in(values, value_set=from_words(self.words)))
            )
        if self.word == "uuid":
            return uuids(values, self.of)
        if self.word == "cents":
            return from_numpy(values.astype(np.int64, copy=False), pa.int64())
        if self.word == "timestamp":
            return from_numpy(values.astype(np.int64) * _SECONDS_A_DAY, pa.timestamp("s"))
        prefix, zeros = _code(self.word)
        numbers, place = np.unique(values, return_inverse=True)
        return take_words([f"{prefix}{number:0{zeros}d}" for number in numbers.tolist()], place)

    def read(self, column: pa.Array) -> Any:
        """Values that a column shows; UNREADABLE, or a question mark, where it shows none."""
        if self.words:
            place = pc.index_in(column.cast(pa.string()), value_set=from_words(self.shown_words))
            lost = to_numpy(place.is_null())
            return take_words((*self.words, _NO_WORD), np.where(lost, len(self.words), to_numpy(place)))
        if self.word == "cents":
            return to_numpy(column.cast(pa.int64()))
        if self.word == "timestamp":
            days, rest = np.divmod(to_numpy(column.cast(pa.timestamp("s")).view(pa.int64())), _SECONDS_A_DAY)
            return np.where(rest == 0, days, np.iinfo(np.int32).min).astype(np.int32)
        text = column.cast(pa.string())
        if self.word == "uuid":
            return _numbers_of(text, self.of)
        prefix, zeros = _code(self.word)
        coded = text.dictionary_encode()
        numbers = [_number(word, prefix, zeros) for word in coded.dictionary.to_pylist()]
        return np.array(numbers, np.int64)[to_numpy(coded.indices)]

    def sql(self, name: str) -> str:
        """Expression of the plain value of a quoted column; texts are left as they are."""
        if self.word == "cents":
            return f"cast({name} / 100.0 as decimal(18, 2))"
        return f"cast({name} as date)" if self.word == "timestamp" else name


def _code(word: str) -> tuple[str, int]:
    found = _CODE.match(word)
    assert found is not None, "its pattern ends with zeros"
    return found[1], len(found[2])


def _number(word: str, prefix: str, zeros: int) -> int:
    digits = word.removeprefix(prefix)
    is_good = word.startswith(prefix) and digits.isascii() and digits.isdigit() and len(digits) >= zeros
    return int(digits) if is_good else UNREADABLE


def uuids(numbers: Ints, of: str) -> pa.Array:
    """UUIDs of version 8 (RFC 9562, section 5.8): 48 bits of the number, then a hash of it.

    >>> uuids(np.array([1, 2]), "order").to_pylist()
    ['00000000-0001-8...']
    """
    letters = _letters(numbers, of)
    ends = np.arange(0, (len(letters) + 1) * _WIDTH, _WIDTH, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), len(letters), [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(letters))]
    )


def _letters(numbers: Ints, of: str) -> Letters:
    """Letters of UUIDs, shape (numbers, 36)."""
    number = numbers.astype(np.uint64)
    mixed = _mixed(number ^ np.uint64(_key(of)))
    plain, first, second = _hex(number), _hex(mixed), _hex(_mixed(mixed))
    dash = np.full((len(number), 1), ord("-"), np.uint8)
    version = np.full((len(number), 1), ord("8"), np.uint8)
    variant = _HEX[8 + (mixed & np.uint64(3)).astype(np.intp)][:, None]
    parts: Sequence[Letters] = (
        *(plain[:, 4:12], dash, plain[:, 12:], dash, version, first[:, :3]),
        *(dash, variant, first[:, 3:6], dash, first[:, 6:], second[:, :2]),
    )
    return np.concatenate(parts, axis=1)


def _hex(words: npt.NDArray[np.uint64]) -> Letters:
    return _HEX[(words[:, None] >> _SIXTEEN & np.uint64(15)).astype(np.intp)]


def _mixed(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Finalizer of splitmix64 (Steele, Lea and Flood 2014): a bijection of 64 bits."""
    z = words + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@cache
def _key(of: str) -> int:
    return int.from_bytes(hashlib.blake2b(of.encode(), digest_size=8).digest(), "little")


def _numbers_of(text: pa.Array, of: str) -> Ints:
    """Numbers that UUIDs stand for; UNREADABLE where a text is not the UUID of one."""
    _, ends, data = text.buffers()
    edges = np.frombuffer(ends, np.int32)[text.offset : text.offset + len(text) + 1]
    out = np.full(len(text), UNREADABLE, np.int64)
    fit = np.flatnonzero(edges[1:] - edges[:-1] == _WIDTH)
    if not len(fit):
        return out
    letters = np.frombuffer(data, np.uint8)[edges[fit][:, None] + np.arange(_WIDTH)]
    digits = np.concatenate([letters[:, :8], letters[:, 9:13]], axis=1).astype(np.int64)
    values = np.where(digits >= ord("a"), digits - ord("a") + 10, digits - ord("0"))
    numbers = (np.clip(values, 0, 15) << np.arange(44, -1, -4)).sum(1)
    is_good = (_letters(numbers, of) == letters).all(1)
    out[fit[is_good]] = numbers[is_good]
    return out
