"""Scenarios by name or path, with changes made to them; every error names its place and its remedy.

Files are YAML 1.2 (``NO`` and ``06:00`` are text). Positions are looked up only once something is wrong.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footfall.core.errors import ScenarioError

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario

LIBRARY = Path(__file__).parent / "library"


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


def shipped() -> dict[str, str]:
    """Name -> title of the scenarios that come with Footfall, found without reading them in full."""
    return {file.stem: _title_in(file.read_text(encoding="utf-8")) for file in sorted(LIBRARY.glob("*.yml"))}


def text_of(name_or_path: str) -> str:
    """Text of a shipped scenario, or of the file at a path (ends in .yml or .yaml, or has a separator)."""
    if is_path(name_or_path):
        file = Path(name_or_path)
    else:
        names = [found.stem for found in sorted(LIBRARY.glob("*.yml"))]
        if name_or_path not in names:
            raise ScenarioError(
                f"there is no scenario '{name_or_path}'{nearest(name_or_path, names)}; "
                f"there are {', '.join(names)}, or give the path of a .yml file"
            )
        file = LIBRARY / f"{name_or_path}.yml"
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ScenarioError(f"{file}:{line}: a scenario is text in UTF-8; this is not") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError(f"{name_or_path}: cannot be read: {reason}") from None


def load(name_or_path: str, overrides: Sequence[str] = ()) -> Scenario:
    """Read a scenario, make the changes, and check all of it.

    Parameters
    ----------
    name_or_path
        Name of a shipped scenario, or path of a YAML file.
    overrides
        Changes ``key.path=value``, in order; the value is YAML.

    Raises
    ------
    ScenarioError
        In one line: where, what is wrong, what is allowed.

    Examples
    --------
    >>> load("vantage", ["demand.orders=50000"]).demand.orders
    50000.0
    """
    from pydantic import ValidationError  # noqa: PLC0415 - it and the model (Arrow) are not needed to list

    from footfall.scenario import explain  # noqa: PLC0415
    from footfall.scenario.model import Scenario  # noqa: PLC0415

    file = name_or_path if is_path(name_or_path) else f"{name_or_path}.yml"
    text = text_of(name_or_path)
    read = _parse(text, file)
    if not isinstance(read, dict):
        kind = "empty" if read is None else f"a {type(read).__name__}"
        raise ScenarioError(f"{file}:1:1: a scenario is a map of keys and values; this is {kind}")
    changes = [_parse_override(change) for change in overrides]
    data: dict[Any, Any] = read
    for change in changes:
        data = _changed(data, change)
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(explain.in_one_line(error, file, text, read, changes)) from None


def is_path(name_or_path: str) -> bool:
    """Whether a scenario is meant by its path, not by its name."""
    separators = [os.sep, "/", *([os.altsep] if os.altsep else [])]
    return name_or_path.endswith((".yml", ".yaml")) or any(s in name_or_path for s in separators)


def nearest(word: str, known: Sequence[str]) -> str:
    """Words that offer the likeliest meant name, empty where none is near.

    >>> nearest("vantagge", ["vantage", "storefront"])
    " (did you mean 'vantage'?)"
    """
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f" (did you mean '{found[0]}'?)" if found else ""


def key_in(mapping: Mapping[Any, Any], name: str) -> object:
    """Return the key of a map that is written as `name`; whole numbers are keys too. Else the name itself."""
    return next((key for key in mapping if str(key) == name), name)


def _title_in(text: str) -> str:
    found = re.search(r"^title:\s*(.+)$", text, re.MULTILINE)
    return str(_parse(found[1], "title")) if found else ""


def _parse(text: str, place: str) -> object:
    from ruamel.yaml import YAML  # noqa: PLC0415 - listing and help do without it
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    try:
        return YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        problem = " ".join(p for p in (error.context, error.problem) if p).splitlines()[0]
        raise ScenarioError(f"{place}{at}: not valid YAML: {problem}") from None
    except RecursionError:
        raise ScenarioError(f"{place}: nested too deeply to be a scenario") from None
    except YAMLError as error:  # a character that YAML does not allow
        position = getattr(error, "position", None)
        at = ""
        if isinstance(position, int):
            before = text[:position]
            at = f":{before.count(chr(10)) + 1}:{position - before.rfind(chr(10))}"
        raise ScenarioError(f"{place}{at}: not valid YAML: {str(error).splitlines()[0]}") from None
    except ValueError as error:  # reads like a date or a number and is none
        raise ScenarioError(f"{place}{_at_unreadable_scalar(text)}: not valid YAML: {error}") from None


def _at_unreadable_scalar(text: str) -> str:
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.nodes import ScalarNode  # noqa: PLC0415

    waiting = [YAML(typ="safe", pure=True).compose(text)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ScalarNode):
            try:
                YAML(typ="safe", pure=True).constructor.construct_object(node, deep=True)
            except ValueError:
                return f":{node.start_mark.line + 1}:{node.start_mark.column + 1}"
        else:
            children = [c for pair in node.value for c in (pair if isinstance(pair, tuple) else (pair,))]
            waiting.extend(reversed(children))
    return ""


def _parse_override(text: str) -> Override:
    key, equals, value = text.partition("=")
    path = tuple(part.strip() for part in key.split("."))
    if not equals or not all(path):
        raise ScenarioError(f"--set {text}: write key.path=value, such as demand.orders=50000")
    try:
        return Override(text=text, path=path, value=_parse(value, "value"))
    except ScenarioError as error:
        raise ScenarioError(f"--set {text}: {error}") from None


def _changed(data: dict[Any, Any], change: Override) -> dict[Any, Any]:
    """Return the scenario with one value changed; what was read stays as it was."""
    from footfall.scenario import explain  # noqa: PLC0415

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
            key = key_in(here, name)
            allowed = explain.keys_allowed_at(change.path[:depth])
            if allowed and name not in allowed:
                raise ScenarioError(
                    f"{change.place}: {explain.unknown_key(change.path, depth, allowed, data)}"
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
