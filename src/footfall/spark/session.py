"""A Spark session of our own, or one line that says what is missing."""

from __future__ import annotations

import os
import re
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from footfall.core import errors
from footfall.core.errors import FootfallError, RequestError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_OURS = re.compile(r"footfall\.core\.errors\.(\w+): (.+)")


@contextmanager
def session(master: str | None) -> Iterator[SparkSession]:
    """Start Spark, and stop it at the end; one that runs already in this process is used and left running.

    Parameters
    ----------
    master
        Of the cluster; where none is given, the one that Spark's own configuration names, or this machine.

    Raises
    ------
    RequestError
        PySpark or Java are missing, or Spark doesn't start.
    """
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415 - only where Spark is used
        from pyspark.sql import SparkSession as Session  # noqa: PLC0415 - as above
    except ImportError:
        raise RequestError("Spark is not there; install it: pip install 'footfall[spark]'") from None
    if not _has_java():
        raise RequestError(
            "Spark needs Java 17 and there is none; install it (on Debian: apt-get install "
            "openjdk-17-jre-headless), or let JAVA_HOME name the directory that it is in"
        )
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # or tasks would run in whatever python3 is
    warnings.filterwarnings(
        "ignore", "PySpark does not yet fully support pandas", FutureWarning
    )  # not used here
    running = Session.getActiveSession()
    if running is not None:
        yield running
        return
    builder = Session.builder.appName("footfall")
    if master is not None:
        builder = builder.master(master)
    try:
        # What goes wrong is said once, in our words; logs of executors are where the cluster keeps them.
        quiet = builder.config("spark.log.level", "OFF")
        spark = quiet.config("spark.ui.showConsoleProgress", sys.stderr.isatty()).getOrCreate()
    except (PySparkException, OSError, ValueError) as error:
        raise RequestError(f"Spark doesn't start (it needs Java 17): {_line(str(error))}") from error
    try:
        yield spark
    finally:
        spark.stop()


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return (Path(home) / "bin" / "java").is_file() if home else shutil.which("java") is not None


@contextmanager
def explained() -> Iterator[None]:
    """Turn what Spark reports of a failed task or file system into one line."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 - only where Spark is used
    from pyspark.errors import PySparkException  # noqa: PLC0415 - as above

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise _as_ours(str(error)) from error


def _as_ours(said: str) -> FootfallError:
    """Error that a task has raised, where it is one of ours; else Spark's, in one line."""
    found = _OURS.search(said)
    kind = getattr(errors, found[1], None) if found else None
    if found and isinstance(kind, type) and issubclass(kind, FootfallError):
        return kind(found[2])
    return FootfallError(f"Spark could not do it: {_line(said)}; nothing was published")


def _line(said: str) -> str:
    """Line that tells most: the last error of a Python traceback, else the first that is not empty."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    causes = [line for line in lines if re.match(r"(Caused by: |: )?[\w.$]+(Error|Exception)\b", line)]
    return (causes or lines or ["it said nothing"])[-1 if "Traceback" in said else 0].lstrip(": ")[:300]
