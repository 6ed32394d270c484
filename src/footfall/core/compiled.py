"""Loops in C for what takes NumPy many passes over memory, where they were compiled; else NumPy does it.

Every row, hash and finding is the same with them and without: each caller has its own meaning of the loop
in NumPy, and tests compare the two. An installer runs this file before there is any other package.
"""

from __future__ import annotations

import ctypes
import hashlib
import platform
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.generic]

SOURCES = (
    "core/loops.h",
    "core/content_hash.c",
    "contract/places.c",
    "contract/customer_orders.c",
    "contract/lines.c",
)


def library_of(package: Path) -> Path:
    """Where the library of a package's sources belongs; those of other sources and machines have other names.

    Raises
    ------
    OSError
        The sources are not there as files.
    """
    content = b"".join((package / source).read_bytes() for source in SOURCES)
    digest = hashlib.blake2b(content, digest_size=8).hexdigest()
    return package / "core" / f"loops-{digest}-{sys.platform}-{platform.machine().lower()}.so"


@cache
def _library() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(str(library_of(Path(__file__).parents[1])))
    except OSError:  # never compiled, or the package is an archive
        return None


def is_available() -> bool:
    """Whether loops were compiled for this machine from the sources that lie here."""
    return _library() is not None


def run(loop: str, *arguments: int | bytes | Array | None) -> int:
    """Run a loop by its name in C, and give what it gives; arrays are handed over as addresses.

    Raises
    ------
    ValueError
        The values of an array do not follow each other in memory.
    """
    function = getattr(_library(), loop)
    function.restype = ctypes.c_int64
    return int(function(*map(_handed_over, arguments)))


def _handed_over(argument: int | bytes | Array | None) -> Any:
    if argument is None or isinstance(argument, bytes):
        return argument
    if isinstance(argument, int):
        return ctypes.c_int64(argument)
    if not (argument.flags.c_contiguous and argument.flags.aligned):
        raise ValueError("the values of an array do not follow each other in memory")
    return ctypes.c_void_p(argument.ctypes.data)
