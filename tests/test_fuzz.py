"""Three hundred random shops: each is made and meets its contract, or is refused with a reason."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import footfall
from footfall.core.errors import UnreachableTarget
from shops import shop

SHOPS = 300


@pytest.mark.slow
def test_random_shops_meet_their_targets_or_are_refused(tmp_path: Path) -> None:
    """Each valid scenario passes its contract, or is refused with exit code 3 and a reason; none crashes.

    The examples are always the same (derandomized), so nothing is left to chance. A law is refused below
    p = 1e-8 and a target beyond five standard errors (6e-7 for a normal figure): of some 300 x 60 checks one
    would be refused falsely in a hundred fuzzes.
    """
    seen: Counter[str] = Counter()
    file = tmp_path / "shop.yml"

    @settings(
        max_examples=SHOPS,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(shop(), st.integers(0, 1_000_000))
    def is_made_or_refused(scenario: dict[str, Any], seed: int) -> None:
        file.write_text(json.dumps(scenario), encoding="utf-8")  # JSON is YAML, too
        try:
            made = footfall.generate(str(file), seed=seed)
        except UnreachableTarget as error:
            refused = error
        else:
            refused = None
        if refused is not None:
            seen["refused"] += 1
            assert refused.exit_code == 3
            said = str(refused)
            assert said.count("\n") == 0
            assert any(word in said for word in ("targets.", "customers.", "catalog.popularity")), said
            return
        seen["made"] += 1
        assert [f"{f.check}: {f.detail}" for f in made.findings if f.verdict == "fail"] == []
        targets = {f.check for f in made.findings if f.check.startswith("targets.") and f.verdict == "pass"}
        seen["targets met"] += len(targets)

    is_made_or_refused()
    assert seen["made"] >= SHOPS // 4, seen
    assert seen["refused"] >= SHOPS // 10, seen
    assert seen["targets met"] >= SHOPS // 2, seen
