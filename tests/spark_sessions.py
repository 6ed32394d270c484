"""Spark sessions for the tests: one at a time, and none where there is no Java."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import footfall
from footfall.core.content_hash import ContentHash

needs_java = pytest.mark.skipif(
    shutil.which("java") is None and not {"JAVA_HOME", "CI"} & os.environ.keys(),  # CI must have it
    reason="Spark needs Java 17: apt-get install openjdk-17-jre-headless",
)


@contextmanager
def spark_on(master: str, work: Path) -> Iterator[Any]:
    """Give a session whose driver takes 2 MB of results at most: less than any big table."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["SPARK_WORKER_DIR"] = str(work)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("footfall's tests")
    for key, value in {
        "spark.driver.maxResultSize": "2m",
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


def hashes(dataset: footfall.Dataset) -> dict[str, str]:
    """By table, what the local engine says."""
    return {name: table.content_hash for name, table in dataset.manifest.tables.items()}


def hexed(found: dict[str, ContentHash]) -> dict[str, str]:
    """By table, what was found."""
    return {name: content.hexdigest() for name, content in found.items()}
