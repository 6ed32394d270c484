"""Compile the loops in C that some modules have beside them; done when Footfall is installed.

    python -m tools.compile_loops

Imports nothing but Python's own, since an installer runs it before there is any other package.
"""

from __future__ import annotations

import os
import runpy
import shlex
import shutil
import subprocess
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src" / "footfall"
FLAGS = ("-std=c99", "-O3", "-fwrapv", "-Wall", "-Wextra", "-shared", "-fPIC")


def compile_loops(package: Path = PACKAGE) -> Path:
    """Compile what is not compiled yet, with the compiler that the environment names in CC, or `cc`.

    Returns
    -------
    Path
        The library.

    Raises
    ------
    OSError
        There is no such compiler, or it failed.
    """
    names = runpy.run_path(str(package / "core" / "compiled.py"))
    library: Path = names["library_of"](package)
    if library.exists():
        return library
    compiler = shlex.split(os.environ.get("CC") or "cc")
    if shutil.which(compiler[0]) is None:
        raise OSError(f"there is no C compiler '{compiler[0]}'")
    unfinished = library.with_suffix(f".{os.getpid()}")
    sources = [str(package / source) for source in names["SOURCES"] if source.endswith(".c")]
    made = subprocess.run(
        [*compiler, *FLAGS, "-o", str(unfinished), *sources], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise OSError(f"'{shlex.join(compiler)}' did not compile the loops: {made.stderr.strip()}")
    for outdated in library.parent.glob("loops-*.so"):
        outdated.unlink()
    unfinished.replace(library)
    return library


if __name__ == "__main__":
    print(compile_loops())
