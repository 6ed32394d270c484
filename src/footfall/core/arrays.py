"""Arrow arrays from NumPy and from words, and back, without `pyarrow.array` and `to_numpy`.

Those look whether pandas is about, and import it to find out: a
quarter of a second, a third of a whole run. Buffers are handed over instead, mostly uncopied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


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
