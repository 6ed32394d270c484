"""Fixtures that several test modules share."""

from __future__ import annotations

import pytest

import footfall
from footfall import Dataset


@pytest.fixture(scope="session")
def whole() -> Dataset:
    """`vantage` at scale 1, seed 7; tests read it and never change it."""
    return footfall.generate("vantage", seed=7)


@pytest.fixture(scope="session")
def tiny() -> Dataset:
    """`vantage` at scale 0.01, seed 7; tests read it and never change it."""
    return footfall.generate("vantage", seed=7, scale=0.01)
