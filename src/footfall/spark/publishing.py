"""Where a data set is made, and the step that shows it, on any file system that Spark's Hadoop knows.

Tables are written into `.<name>.inprogress-<application>` beside the target, which takes the target's
place by a rename. Where a rename is a copy, object by object, as in an object store, the manifest comes
last: what has none is not a data set.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from footfall.core.errors import OutputError
from footfall.sinks.base import MADE_BY, MANIFEST_DIRECTORY, MANIFEST_FILE, Manifest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_RENAMING = ("file", "hdfs", "viewfs")
"""File systems that rename a directory in one step."""
_OLD = ".old"
_OF_SPARK = ("_SUCCESS", "_temporary")


class Target:
    """A place that may be written to, and the directory in which its data set grows.

    Parameters
    ----------
    shown
        The place as the user wrote it: a path, or an address such as `s3a://bucket/data`.
    overwrite
        Whether an earlier data set of Footfall's may be replaced.

    Raises
    ------
    OutputError
        The place is taken.
    """

    def __init__(self, spark: SparkSession, shown: str, *, overwrite: bool) -> None:
        context: Any = spark.sparkContext
        self._new_path = context._jvm.org.apache.hadoop.fs.Path
        self._shown, self._overwrite = shown, overwrite
        path = self._new_path(shown)
        files = path.getFileSystem(context._jsc.hadoopConfiguration())
        self._scheme = str(files.getUri().getScheme())
        # Without the hidden checksum beside each file, which would stay behind where files are replaced.
        self._files = files.getRawFileSystem() if self._scheme == "file" else files
        self._target = self._files.makeQualified(path)
        parent, name = self._target.getParent(), self._target.getName()
        if parent is None:
            raise OutputError(f"{shown} is the root of a file system; name a directory in it")
        self._prefix = f".{name}.inprogress-"
        self._staging = self._new_path(parent, f"{self._prefix}{context.applicationId}")
        self._old = self._new_path(parent, f"{self._staging.getName()}{_OLD}")
        self._recover(parent)
        self._check()
        if not self._files.mkdirs(self._staging):
            raise OutputError(f"{shown} cannot be made; choose another place")

    def _names(self, directory: Any) -> list[str]:
        return sorted(str(status.getPath().getName()) for status in self._files.listStatus(directory))

    def _recover(self, parent: Any) -> None:
        """Bring back a data set that a killed run had moved aside."""
        if self._files.exists(self._target) or not self._files.exists(parent):
            return
        for name in self._names(parent):
            if name.startswith(self._prefix) and name.endswith(_OLD):
                self._rename(self._new_path(parent, name), self._target)
                return

    def _check(self) -> None:
        if not self._files.exists(self._target):
            return
        if not self._files.getFileStatus(self._target).isDirectory():
            raise OutputError(f"{self._shown} is a file; choose another place")
        present = self._names(self._target)
        if not present:
            return
        old = self._earlier()
        if old is None:
            raise OutputError(
                f"{self._shown} is not empty and is no data set of Footfall's, so it is never replaced; "
                "choose another place"
            )
        if not self._overwrite:
            raise OutputError(
                f"{self._shown} already holds a data set; use --overwrite or choose another place"
            )
        for foreign in self._foreign(present, old):
            raise OutputError(
                f"{self._shown} holds {foreign}, which Footfall did not write; move it away first"
            )

    def _foreign(self, present: list[str], tables: dict[str, list[str]]) -> Iterator[str]:
        """What lies in an earlier data set, or among the files of its tables, and is not ours."""
        ours = {file for files in tables.values() for file in files}
        yield from sorted(set(present) - {MANIFEST_DIRECTORY, *tables, *ours})
        for table in {file.split("/")[0] for file in ours if "/" in file}:
            for name in self._names(self._new_path(self._target, table)):
                if f"{table}/{name}" not in ours and not name.startswith((".", "_")):
                    yield f"{table}/{name}"

    def _earlier(self) -> dict[str, list[str]] | None:
        """Tables of an earlier data set with their files, as its manifest says; None where there is none."""
        path = self._new_path(self._new_path(self._target, MANIFEST_DIRECTORY), MANIFEST_FILE)
        if not self._files.exists(path):
            return None
        stream = self._files.open(path)
        try:
            said = json.loads(bytes(stream.readAllBytes()))
            tables = {name: list(table["files"]) for name, table in said["tables"].items()}
            is_ours = said["made_by"] == MADE_BY
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        finally:
            stream.close()
        return tables if is_ours else None

    def table(self, name: str) -> str:
        """Where a table is written."""
        return str(self._new_path(self._staging, name).toString())

    def part_files(self, table: str) -> tuple[str, ...]:
        """Names of a table's files relative to the data set, in the order of the partitions."""
        directory = self._new_path(self._staging, table)
        found = []
        for name in self._names(directory):
            if name in _OF_SPARK or (name.startswith(".") and name.endswith(".crc")):
                self._files.delete(self._new_path(directory, name), True)
            elif name.startswith("part-"):
                found.append(name)
        found.sort(key=lambda name: int(name.split("-")[1]))
        return tuple(f"{table}/{name}" for name in found)

    def publish(self, manifest: Manifest) -> None:
        """Take the target's place."""
        is_step = self._scheme in _RENAMING
        if is_step:
            self._write(manifest, self._staging)
        self._check()  # somebody else may have been here meanwhile
        if self._files.exists(self._target):
            self._rename(self._target, self._old)
        try:
            self._rename(self._staging, self._target)
        except BaseException:
            if self._files.exists(self._old):
                self._rename(self._old, self._target)
            raise
        if not is_step:
            self._write(manifest, self._target)
        self._files.delete(self._old, True)

    def _write(self, manifest: Manifest, directory: Any) -> None:
        place = self._new_path(directory, MANIFEST_DIRECTORY)
        draft, final = (self._new_path(place, name) for name in ("manifest.draft", MANIFEST_FILE))
        stream = self._files.create(draft)
        try:
            stream.write(bytearray(manifest.to_json().encode()))
        finally:
            stream.close()
        self._rename(draft, final)

    def _rename(self, one: Any, two: Any) -> None:
        if not self._files.rename(one, two):
            raise OutputError(f"{self._shown}: {one.getName()} could not be renamed; choose another place")

    def abort(self) -> None:
        """Remove what is left of the staging; after `publish` that is nothing."""
        self._files.delete(self._staging, True)
