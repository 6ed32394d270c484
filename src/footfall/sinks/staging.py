"""A place to write beside the target, and the step that makes it the target.

A data set is written to `.<name>.inprogress-<pid>` next to its target and takes its place by a rename,
or, where an earlier data set is replaced, by an exchange of the two. A run that is killed leaves the old
data or nothing, and at most a hidden directory that the next run for the same target clears away.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from footfall.core.errors import FootfallError, OutputError
from footfall.sinks.base import MANIFEST_DIRECTORY, MANIFEST_FILE, Manifest

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_OLD = ".old"  # marks a data set that was moved aside where an exchange is not to be had
_active: set[Path] = set()


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Turn an operating system's refusal into one line about the target."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in _FULL:
            raise OutputError(
                f"{target}: no room to write ({reason}); free some space or choose another place"
            ) from error
        raise OutputError(f"{target} cannot be written: {reason}; choose another place") from error


def exchange(one: Path, other: Path) -> bool:
    """Swap two directories in one step; False where the system or the file system cannot.

    Raises
    ------
    OSError
        The system can, and refused.
    """
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if rename(here, os.fsencode(one), here, os.fsencode(other), swap) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(other))


def is_dead(pid: int) -> bool:
    """Whether the process that a staging directory is named after is gone."""
    if pid == os.getpid():
        return True  # of an earlier process: in containers the same numbers come again
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _retire(leftover: Path, target: Path) -> None:
    """Remove a staging directory; if it is the data set that was replaced, save what is not ours."""
    if (leftover / MANIFEST_DIRECTORY / MANIFEST_FILE).is_file():
        if leftover.name.endswith(_OLD) and not target.exists():
            os.rename(leftover, target)  # killed between two renames: the old data comes back
            return
        try:
            old = Manifest.read(leftover, earlier=True)
        except FootfallError:
            return  # nobody can tell what is ours in it, so it stays
        if target.is_dir():
            for entry in _foreign(leftover, old):
                place = target / entry.relative_to(leftover)
                while os.path.lexists(place):  # came while we worked; both are kept
                    place = place.with_name(place.name + ".kept")
                place.parent.mkdir(exist_ok=True)
                os.rename(entry, place)
    shutil.rmtree(leftover)


def _foreign(directory: Path, manifest: Manifest) -> list[Path]:
    """What lies in a data set and is not ours: beside its files, or among a table's part files."""
    found = []
    for entry in list(directory.iterdir()):
        if entry.name not in manifest.entries | {MANIFEST_DIRECTORY}:
            found.append(entry)
        elif entry.is_dir() and entry.name != MANIFEST_DIRECTORY:
            ours = {directory / name for name in manifest.files}
            found += [inner for inner in entry.iterdir() if inner not in ours]
    return found


class Staging:
    """A claimed target, and the directory in which its successor grows.

    Parameters
    ----------
    target
        Directory that the data set becomes.
    files
        Names of the files that will be written.
    overwrite
        Whether an earlier data set of Footfall's may be replaced.

    Raises
    ------
    OutputError
        The place is taken or cannot be written; nothing was changed.
    """

    def __init__(self, target: Path, files: Iterable[str], *, overwrite: bool) -> None:
        self.shown = target  # as the user wrote it
        self.target = Path(os.path.realpath(target))
        self.overwrite = overwrite
        self._files = frozenset(files)
        self._made: list[Path] = []
        with explained(target):
            self._check_place()
            self.path = self.target.with_name(f".{self.target.name}.inprogress-{os.getpid()}")
            if self.path in _active:
                raise OutputError(f"{target} is being written by this very process; wait until it is done")
            self._clear_leftovers()
            self._check_target()
            try:
                self._make_parents()
                self.path.mkdir()
            except BaseException:
                self._remove_parents()
                raise
        _active.add(self.path)

    def _check_place(self) -> None:
        here = Path(os.path.realpath(os.getcwd()))
        if self.target == here or self.target in here.parents:
            raise OutputError(
                f"{self.shown} is the current directory or contains it, and cannot be replaced; "
                "name a directory inside of it"
            )
        if os.path.ismount(self.target):
            raise OutputError(
                f"{self.shown} is a mount point, and cannot be replaced; name a directory in it"
            )
        near = next(p for p in self.target.parents if os.path.lexists(p))
        if not near.is_dir():
            raise OutputError(f"{self.shown} cannot be made: {near} is a file; choose another place")
        if not os.access(near, os.W_OK | os.X_OK):
            raise OutputError(f"{self.shown} cannot be made: {near} is not writable; choose another place")

    def _check_target(self) -> None:
        """Refuse a target that must not be replaced; called again just before it is."""
        if not os.path.lexists(self.target):
            return
        if not self.target.is_dir():
            raise OutputError(f"{self.shown} is a file; choose another place")
        present = {entry.name for entry in self.target.iterdir()}
        if not present:
            return
        if not os.access(self.target, os.W_OK | os.X_OK):
            raise OutputError(f"{self.shown} is not writable; change its permissions or choose another place")
        try:
            old = Manifest.read(self.target, earlier=True)
        except FootfallError as error:
            raise OutputError(
                f"{self.shown} is not empty and is no data set of Footfall's, so it is never replaced; "
                f"choose another place ({error})"
            ) from None
        if not self.overwrite:
            raise OutputError(
                f"{self.shown} already holds a data set; "
                "use --overwrite (overwrite=True) or choose another place"
            )
        if foreign := sorted((present - old.entries) & self._files):
            raise OutputError(
                f"{self.shown} holds {foreign[0]}, which Footfall did not write and would write now; "
                "move it away"
            )

    def _clear_leftovers(self) -> None:
        prefix = f".{self.target.name}.inprogress-"
        if not self.target.parent.is_dir():
            return
        for leftover in sorted(self.target.parent.iterdir()):
            pid = leftover.name.removeprefix(prefix).removesuffix(_OLD)
            if leftover.name.startswith(prefix) and pid.isdecimal() and is_dead(int(pid)):
                _retire(leftover, self.target)

    def _make_parents(self) -> None:
        missing = [p for p in self.target.parents if not p.exists()]
        for parent in reversed(missing):
            parent.mkdir()
            self._made.append(parent)

    def _remove_parents(self) -> None:
        for parent in reversed(self._made):
            try:
                parent.rmdir()
            except OSError:  # somebody else uses it by now
                break
        self._made.clear()

    def publish(self, manifest: Manifest) -> None:
        """Write the manifest and take the target's place."""
        with explained(self.shown):
            manifest.write(self.path)
            self._check_target()
            old = self.path
            if not self.target.is_dir() or not any(self.target.iterdir()):
                if os.name == "nt" and self.target.is_dir():
                    self.target.rmdir()  # only POSIX renames over an empty directory
                os.rename(self.path, self.target)
            elif not exchange(self.path, self.target):
                old = self.path.with_name(self.path.name + _OLD)
                os.rename(self.target, old)
                os.rename(self.path, self.target)
            self._made.clear()
            if old.exists():
                _retire(old, self.target)
        _active.discard(self.path)

    def abort(self) -> None:
        """Remove what is left of the staging; after `publish` that is nothing."""
        for leftover in (self.path.with_name(self.path.name + _OLD), self.path):
            try:
                if leftover.exists():
                    _retire(leftover, self.target)
            except OSError:  # the error that led here is the one to be seen; the next run clears this away
                continue
        _active.discard(self.path)
        self._remove_parents()
