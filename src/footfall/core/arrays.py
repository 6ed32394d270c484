"""Arrow arrays from NumPy and from words, and back, without `pyarrow.array` and `to_numpy`.

Those look whether pandas is about, and import it to find out: a
quarter of a second, a third of a whole run. Buffers are handed over instead, mostly uncopied.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_FEW = 32
_LARGEST_KEPT = (32 << 20) - 8192  # with the allocator's own bytes still within its limit
_ADVISED = 29 << 20  # twice this, and what is free beside it, is kept when it is freed


def from_numpy(values: npt.NDArray[Any], arrow_type: pa.DataType) -> pa.Array:
    """Wrap a NumPy array as an Arrow array of a type of the same width; booleans are packed.

    >>> from_numpy(np.array([0, 31]), pa.int64()).to_pylist()
    [0, 31]
    >>> from_numpy(np.array([True, False]), pa.bool_()).to_pylist()
    [True, False]
    """
    if pa.types.is_boolean(arrow_type):
        data: npt.NDArray[Any] = np.packbits(values, bitorder="little")
    else:
        data = np.ascontiguousarray(values)
        if data.itemsize * 8 != arrow_type.bit_width:
            raise TypeError(f"{data.dtype} values can't be handed over as {arrow_type}")
    return pa.Array.from_buffers(arrow_type, len(values), [None, pa.py_buffer(data)])


def from_words(words: Sequence[str]) -> pa.Array:
    """Arrow strings.

    >>> from_words(["Zelt", "", "Öse"]).to_pylist()
    ['Zelt', '', 'Öse']
    """
    encoded = [word.encode() for word in words]
    ends = np.cumsum([0, *(len(e) for e in encoded)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def take_words(words: Sequence[str], index: npt.NDArray[np.integer]) -> pa.Array:
    """Arrow strings: the word of each index.

    >>> take_words(["DE", "AT"], np.array([1, 0, 1])).to_pylist()
    ['AT', 'DE', 'AT']
    >>> take_words(["Kontur", "Zelt"], np.array([1, 0])).to_pylist()
    ['Zelt', 'Kontur']
    """
    lengths = {len(word.encode()) for word in words}
    if len(lengths) != 1 or 0 in lengths:
        return from_words(words).take(from_numpy(index.astype(np.int64, copy=False), pa.int64()))
    # Words of one length stand at multiples of it: a third of Arrow's time.
    (length,) = lengths
    letters = np.array([word.encode() for word in words], dtype=f"S{length}").take(index)
    ends = np.arange(0, (len(index) + 1) * length, length, dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(letters.view(np.uint8))]
    return pa.Array.from_buffers(pa.string(), len(index), buffers)


def places_among(edges: Sequence[int], values: npt.NDArray[np.integer]) -> npt.NDArray[np.signedinteger]:
    """How many of the rising edges each value has reached: `searchsorted` from the right, for few edges.

    >>> places_among([2, 5], np.array([0, 2, 4, 5])).tolist()
    [0, 1, 1, 2]
    """
    if len(edges) > _FEW:
        return np.searchsorted(edges, values, side="right")
    places = np.zeros(len(values), dtype=np.int8)
    for edge in edges:
        places += (values >= edge).view(np.int8)
    return places


class Itself:
    """A key for caches that stands for one object, not for those equal to it; it keeps the object alive."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


@cache
def keep_freed_memory() -> None:
    """Let freed arrays be used again, instead of given back to the system and asked for page by page.

    The GNU library's allocator takes the largest block that was ever freed, up to 32 MiB, as a sign of
    what is freed often: it keeps up to twice as much. The block is never touched, so it takes no memory.
    Page by page costs a good part of a simulation's time, and so do small pages; other allocators are not
    harmed.
    """
    block = np.empty(_LARGEST_KEPT, dtype=np.uint8)
    del block
    # NumPy asks for huge pages where it allocates, and for arrays of 4 MiB and more only; smaller ones get
    # them too where they lie in memory that it had asked for. Of memory that was never touched none is taken.
    blocks = [np.empty(_ADVISED, dtype=np.uint8) for _ in range(2)]
    del blocks


def give_back_freed_memory() -> None:
    """Give what was kept back to the system, where the allocator can; what is in use stays."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(ctypes.c_size_t(0))


def one_word(word: str) -> pa.Scalar:
    """Arrow scalar of a word: out of an array, since Arrow looks for pandas when it makes one of a string.

    >>> one_word("|").as_py()
    '|'
    """
    return from_words([word])[0]


def to_numpy(array: pa.Array) -> npt.NDArray[Any]:
    """Values of a fixed-width Arrow array without nulls; booleans are unpacked, the rest is not copied.

    >>> to_numpy(from_numpy(np.array([True, False, True]), pa.bool_()).slice(1)).tolist()
    [False, True]
    """
    data = array.buffers()[1]
    if data is None or not len(array):
        return np.zeros(0, dtype=array.type.to_pandas_dtype())
    start, stop = array.offset, array.offset + len(array)
    if pa.types.is_boolean(array.type):
        bits = np.frombuffer(data, dtype=np.uint8)
        return np.unpackbits(bits, count=stop, bitorder="little")[start:].view(np.bool_)
    return np.frombuffer(data, dtype=array.type.to_pandas_dtype())[start:stop]


def packed(values: npt.NDArray[Any], kind: npt.DTypeLike = np.int64) -> npt.NDArray[Any]:
    """Values one after the other in memory, as compiled loops take them; copied only where they are not.

    >>> packed(np.arange(6, dtype=np.int8)[::2])
    array([0, 2, 4])
    """
    return np.require(values, kind, ["C", "ALIGNED"])
