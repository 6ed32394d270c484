"""Columns in Python: functions that installed distributions offer as entry points."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from footfall.scenario.defects import Contradiction, nearest

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario

GROUP = "footfall.columns"
Function = Callable[[npt.NDArray[np.float64], Mapping[str, npt.NDArray[Any]]], npt.NDArray[Any]]
"""Uniforms of the rows, and columns by name -> values, one a row."""


class PluginError(Exception):
    """A plug-in isn't there, or is no function."""


@dataclass(frozen=True)
class Plugin:
    """An installed plug-in.

    Attributes
    ----------
    name : str
        Of the entry point.
    function : callable
    source : str
        Distribution and version.
    """

    name: str
    function: Function
    source: str


@cache
def plugin(name: str) -> Plugin:
    """Find an installed plug-in.

    Raises
    ------
    PluginError
        It isn't installed, can't be imported, or is no function.
    """
    installed: dict[str, EntryPoint] = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in installed:
        there = f"there are {', '.join(sorted(installed))}" if installed else "none is installed"
        raise PluginError(
            f"asks for the plug-in '{name}', which is not installed{nearest(name, list(installed))}; {there} "
            f"(entry points of the group {GROUP})"
        )
    entry = installed[name]
    try:
        function = entry.load()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in somebody else's module
        raise PluginError(
            f"asks for the plug-in '{name}', which can't be imported: {type(error).__name__}: {error}"
        ) from None
    if not callable(function):
        raise PluginError(f"asks for the plug-in '{name}', and {entry.value} is no function")
    source = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    return Plugin(name, function, source)


def plugin_contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Columns whose plug-in can't be had here; data that lie somewhere are judged without it."""
    for name, table in scenario.tables.items():
        for column, said in table.columns.items():
            if said.plugin is not None:
                try:
                    plugin(said.plugin)
                except PluginError as error:
                    words = " ".join(f"table '{name}', column '{column}' {error}".split())
                    yield Contradiction(words, ("tables", name, "columns", column, "plugin"))
