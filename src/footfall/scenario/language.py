"""Which keys may stand where, as the scenario's model says."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from footfall.scenario.defects import nearest
from footfall.scenario.model import Scenario
from footfall.scenario.strict import AS_A_WHOLE


def keys_allowed_at(path: Sequence[int | str]) -> list[str] | None:
    """Names of the keys that may stand below a path; None where any name may, or nothing."""
    kind: Any = Scenario
    for name in path:
        kind = _below(kind, name)
    return [field.alias or name for name, field in kind.model_fields.items()] if _is_model(kind) else None


def is_one_whole(path: Sequence[int | str]) -> bool:
    """Whether the map at a path is replaced, not merged, since its values make up a whole.

    >>> is_one_whole(("basket", "size")), is_one_whole(("demand", "shops"))
    (True, False)
    """
    kind: Any = Scenario
    for name in path[:-1]:
        kind = _below(kind, name)
    if not path or not _is_model(kind):
        return False
    found = (f for n, f in kind.model_fields.items() if path[-1] in {n, f.alias})
    return any(AS_A_WHOLE in field.metadata for field in found)


def unknown_key(
    path: Sequence[int | str], depth: int, allowed: Sequence[str], data: Mapping[Any, Any]
) -> str:
    """Say that a path goes wrong at a depth, which key is near, and what is allowed there."""
    at = ".".join(map(str, path[:depth]))
    wrong = ".".join(map(str, path[: depth + 1]))
    return (
        f"unknown key '{wrong}'{_near_path(path, depth, allowed, data)}; "
        f"allowed {'in ' + at if at else 'at the top'}: {', '.join(allowed)}"
    )


def plain(kind: Any) -> Any:
    """Type without its bounds, and without the None of a key that may be left out."""
    while True:
        if typing.get_origin(kind) is typing.Annotated:
            kind = typing.get_args(kind)[0]
        elif typing.get_origin(kind) in {typing.Union, types.UnionType}:
            kind = next(k for k in typing.get_args(kind) if k is not types.NoneType)
        else:
            return kind


def _near_path(path: Sequence[int | str], depth: int, allowed: Sequence[str], data: Mapping[Any, Any]) -> str:
    whole, tail = ".".join(map(str, path)), ".".join(map(str, path[depth:]))
    known = _paths(data, Scenario)
    same_end = [k for k in known if k.endswith(f".{tail}")]
    if same_end and depth == 0:  # only the front was left out
        return nearest(same_end[0], same_end)
    word = str(path[depth])
    named = like(word, allowed)
    right = ".".join(map(str, [*path[:depth], named, *path[depth + 1 :]]))
    return nearest(right, [right]) if named else nearest(whole, [k for k in known if not whole.startswith(k)])


def like(word: str, allowed: Sequence[str]) -> str:
    """The name that is likeliest meant; empty where none is near."""
    found = [a for a in allowed if a.startswith(word)] or difflib.get_close_matches(word, allowed, n=1)
    return found[0] if found else ""


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _below(kind: Any, name: int | str) -> Any:
    """Type of what stands under a key of a type; None where nothing can."""
    kind = plain(kind)
    if _is_model(kind):
        found = (f.annotation for n, f in kind.model_fields.items() if name in {n, f.alias})
        kind = next(found, None)
    elif typing.get_origin(kind) in {dict, list}:
        kind = typing.get_args(kind)[-1]
    else:
        kind = None
    return plain(kind)


def _paths(data: object, kind: Any, before: str = "") -> list[str]:
    """Every allowed key path of a scenario, optional keys included, outermost first."""
    given = list(data) if isinstance(data, Mapping) else []
    names = [f.alias or n for n, f in kind.model_fields.items()] if _is_model(kind) else given
    within = [(key, _below(kind, key)) for key in given if key in names]
    return [f"{before}{name}" for name in names] + [
        path
        for key, below in within
        if below is not None and isinstance(data, Mapping)
        for path in _paths(data[key], below, f"{before}{key}.")
    ]
