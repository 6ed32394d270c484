"""Changes ``key.path=value`` to a scenario, as the command line takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from footfall.core.errors import ScenarioError
from footfall.scenario import language
from footfall.scenario.yaml_document import read


@dataclass(frozen=True)
class Override:
    """A change ``key.path=value`` to a scenario: what was said, where it goes, what is put there."""

    text: str
    path: tuple[str, ...]
    value: object

    @property
    def place(self) -> str:
        """The change as it stands on the command line."""
        return f"--set {self.text}"


def parsed(text: str) -> Override:
    """Read a change; its value is YAML.

    Raises
    ------
    ScenarioError
        It is not written as ``key.path=value``, or the value is no YAML.
    """
    key, equals, value = text.partition("=")
    path = tuple(part.strip() for part in key.split("."))
    if not equals or not all(path):
        raise ScenarioError(f"--set {text}: write key.path=value, such as demand.orders=50000")
    if path[0] == "extends":
        raise ScenarioError(f"--set {text}: what a scenario extends stands in its file")
    document = read(value, "value")
    if document.defects:
        raise ScenarioError(f"--set {text}: {document.defects[0]}")
    return Override(text=text, path=path, value=document.data)


def changed(data: dict[Any, Any], change: Override) -> dict[Any, Any]:
    """Return the scenario with one value changed; what was read stays as it was.

    Raises
    ------
    ScenarioError
        The path leads to no key, or to no place of a list.
    """
    root: dict[Any, Any] = dict(data)
    here: Any = root
    for depth, name in enumerate(change.path):
        last = depth == len(change.path) - 1
        if isinstance(here, list):
            if not (name.isascii() and name.isdigit() and int(name) < len(here)):
                at = ".".join(change.path[:depth])
                raise ScenarioError(
                    f"{change.place}: {at} is a list of {len(here)}: "
                    f"say its place from 0 to {len(here) - 1}, not '{name}', or give the whole list"
                )
            key: Any = int(name)
        elif isinstance(here, dict):
            key = _key_in(here, name)
            allowed = language.keys_allowed_at(change.path[:depth])
            if allowed and name not in allowed:
                raise ScenarioError(
                    f"{change.place}: {language.unknown_key(change.path, depth, allowed, data)}"
                )
        else:
            at = ".".join(change.path[:depth])
            raise ScenarioError(
                f"{change.place}: {at} is a single value ({here!r}) and has no '{name}' in it"
            )
        if last:
            here[key] = change.value
        else:
            below = here.get(key, {}) if isinstance(here, dict) else here[key]
            copied = (
                dict(below) if isinstance(below, dict) else list(below) if isinstance(below, list) else below
            )
            here[key] = copied
            here = copied
    return root


def _key_in(mapping: Mapping[Any, Any], name: str) -> object:
    """Return the key of a map that is written as `name`; whole numbers are keys too. Else the name itself."""
    return next((key for key in mapping if str(key) == name), name)
