"""Words of one or two bytes, such as a shop's country, as places in a list: a tenth of hashing's time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_LONGEST = 2


class ShortCodes:
    """Places of words in a list of words that have one length, of one or two bytes.

    >>> codes = ShortCodes.of(["DE", "AT"])
    >>> codes.places(pa.array(["AT", "DE", "AT"]).slice(1)).tolist()
    [0, 1]
    >>> codes.places(pa.array(["AT", "CH"])) is None
    True
    """

    def __init__(self, words: Sequence[bytes]) -> None:
        self._width = len(words[0])
        self._keys = np.dtype(f"u{self._width}")
        self._places = np.full(1 << 8 * self._width, -1, dtype=np.int32)
        self._places[np.frombuffer(b"".join(words), dtype=self._keys)] = np.arange(len(words))

    @classmethod
    def of(cls, words: Sequence[str]) -> ShortCodes | None:
        """Make the list's table; None where the words are longer, of several lengths or not known."""
        encoded = [word.encode() for word in words]
        lengths = {len(word) for word in encoded}
        return cls(encoded) if len(lengths) == 1 and 0 < max(lengths) <= _LONGEST else None

    def places(self, values: pa.Array) -> npt.NDArray[np.int32] | None:
        """Place of each word; None where some word is not in the list."""
        rows = slice(values.offset, values.offset + len(values))
        _, ends, letters = values.buffers()
        if not len(values) or values.null_count:
            return None
        starts = np.frombuffer(ends, dtype=np.int32)[rows.start : rows.stop + 1]
        if not (np.diff(starts) == self._width).all():
            return None
        text = np.frombuffer(letters, dtype=np.uint8)[starts[0] : starts[-1]]
        places = self._places.take(text.view(self._keys))
        return places if places.min() >= 0 else None
