"""Tables, columns, checks and plug-ins of one's own on Spark: the local engine's rows and findings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.spark_sessions import hexed, needs_java, spark_on

import footfall.spark
from footfall.core.errors import ContractBroken
from footfall.scenario.plugins import plugin
from footfall.spark.generate import generate_into
from footfall.spark.verdict import content_hashes
from footfall.workflow.request import Request
from own_shop import CHECKS, ORDER_WIDE, hashes, made
from test_own_checks import NAMES, check, own
from test_own_plugins import PLUGGED, laid_down

pytestmark = pytest.mark.slow

MINE = (*CHECKS, ORDER_WIDE, *PLUGGED)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session whose Python workers find the plug-ins, as they would where these are installed."""
    place = laid_down(tmp_path_factory.mktemp("site"))
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(place))
        patched.setenv("PYTHONPATH", os.pathsep.join([str(place), os.environ.get("PYTHONPATH", "")]))
        plugin.cache_clear()
        with spark_on("local[2]", tmp_path_factory.mktemp("spark")) as session:
            yield session
    plugin.cache_clear()


@needs_java
def test_rows_and_findings_are_those_of_the_local_engine(spark: Any, tmp_path: Path) -> None:
    """Joined, computed and plugged-in columns have the local hashes; checks read what Spark has written."""
    local = made(*MINE)
    frames = footfall.spark.tables(spark, "storefront", scale=0.02, overrides=MINE, partitions=3)
    assert hexed(content_hashes(local.subject.tables, frames)) == hashes(local)
    request = Request("storefront", scale=0.02, overrides=MINE)
    outcome = generate_into(request, str(tmp_path / "data"))
    assert own(outcome.findings) == dict.fromkeys(NAMES, "pass")
    assert outcome.findings == local.findings
    broken = Request("storefront", scale=0.02, overrides=(check("select count(*) from orders", 1),))
    with pytest.raises(ContractBroken, match=r"checks\.mine"):
        generate_into(broken, str(tmp_path / "other"))
    assert not (tmp_path / "other").exists()
