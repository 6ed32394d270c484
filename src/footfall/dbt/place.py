"""Writes a project's files in one step, and never over what somebody else wrote."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from footfall.core.errors import OutputError
from footfall.sinks.staging import exchange, explained, is_dead

MARKER = ".footfall.json"
"""Names the files that Footfall wrote, and a hash of each, so that edits of them are noticed."""


def write(target: Path, files: Mapping[str, str], *, overwrite: bool) -> None:
    """Write files into a directory, all or none.

    Parameters
    ----------
    target
        Is made, with its parents. One that holds a project of Footfall's is replaced where `overwrite` says
        so: files written by Footfall give way to the new ones, all else in it is kept.
    files
        Path from the target -> text.

    Raises
    ------
    OutputError
        The place is taken, a file of ours was edited, or nothing can be written there; nothing was changed.
    """
    place = Path(os.path.realpath(target))
    with explained(target):
        old = _claim(target, place, files, overwrite=overwrite)
        draft = place.with_name(f".{place.name}.inprogress-{os.getpid()}")
        for leftover in _leftovers(place):
            shutil.rmtree(leftover)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            _fill(draft, files)
            for path in _kept(place, old):
                (draft / path).parent.mkdir(parents=True, exist_ok=True)
                os.link(place / path, draft / path, follow_symlinks=False)
            _take(draft, place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _claim(target: Path, place: Path, files: Mapping[str, str], *, overwrite: bool) -> Mapping[str, str]:
    """Give path -> hash of the files that Footfall wrote there; none where there is nothing yet."""
    here = Path(os.path.realpath(os.getcwd()))
    if place == here or place in here.parents:
        raise OutputError(f"{target} is the current directory or contains it; name a directory inside of it")
    if os.path.lexists(place) and not place.is_dir():
        raise OutputError(f"{target} is a file; choose another place")
    if not place.is_dir() or not any(place.iterdir()):
        return {}
    old = _marked(place)
    if old is None:
        raise OutputError(
            f"{target} is not empty and is no project that Footfall wrote, so it is never replaced; "
            "choose another place"
        )
    if not overwrite:
        raise OutputError(f"{target} already holds a project; use --overwrite or choose another place")
    for path, known in old.items():
        file = place / path
        if file.is_file() and _hash(file.read_bytes()) != known:
            raise OutputError(
                f"{target}/{path} was changed since Footfall wrote it; save the change elsewhere and delete "
                "the file, or choose another place"
            )
    for path in files:
        if path not in old and os.path.lexists(place / path):
            raise OutputError(f"{target}/{path} was not written by Footfall and is in the way; move it away")
    return old


def _marked(place: Path) -> Mapping[str, str] | None:
    try:
        said = json.loads((place / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    files = said.get("files") if isinstance(said, dict) else None
    return files if isinstance(files, dict) and said.get("made_by") == "footfall dbt" else None


def _leftovers(place: Path) -> Iterator[Path]:
    """Yield drafts of runs that were killed; they hold copies only."""
    prefix = f".{place.name}.inprogress-"
    if place.parent.is_dir():
        for entry in list(place.parent.iterdir()):
            pid = entry.name.removeprefix(prefix)
            if entry.name.startswith(prefix) and pid.isdecimal() and is_dead(int(pid)):
                yield entry


def _fill(draft: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        file = draft / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    hashes = {path: _hash(text.encode()) for path, text in files.items()}
    said = {"made_by": "footfall dbt", "files": hashes}
    (draft / MARKER).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


def _kept(place: Path, old: Mapping[str, str]) -> list[Path]:
    """Files in an earlier project that Footfall did not write: models of the user's, the warehouse, logs."""
    if not place.is_dir():
        return []
    found = (entry.relative_to(place) for entry in place.rglob("*") if entry.is_symlink() or entry.is_file())
    return [path for path in found if path.as_posix() not in {*old, MARKER}]


def _take(draft: Path, place: Path) -> None:
    if not place.is_dir() or not any(place.iterdir()):
        os.rename(draft, place)
    elif not exchange(draft, place):
        raise OSError(None, "directories cannot be exchanged on this file system")


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
