"""What is wrong with a scenario, in one line of plain words: where, what, what is allowed."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from footfall.scenario.load import Override, key_in, nearest
from footfall.scenario.model import Scenario

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Path = tuple[int | str, ...]

UNKNOWN = {"extra_forbidden", "invalid_key"}
TEXTS: Mapping[str, str] = {  # by how the pattern begins
    "^(0[1-9]|1[0-2])-": 'a month and day in quotes, such as "07-15"',
    "^([01]": 'a time of day in quotes, such as "06:00:00"',
    "^[^": "without commas, quotes, line ends, or a space in front",
    "^[a-z_]": "lower-case letters, digits and _, not beginning with a digit",
    "^[A-Z]{3}": "three capital letters, such as EUR",
}
RULES: Mapping[str, str] = {
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text (put it in quotes)",
    "string_too_long": "must have at most {max_length} characters",
    "literal_error": "must be {expected}",
    "dict_type": "must be a map of keys and values",
    "model_type": "must be a map of keys and values",
    "list_type": "must be a list",
    "too_short": "must hold at least {min_length}",
    "too_long": "must hold at most {max_length}",
    "recursion_loop": "must not contain itself",
}


def in_one_line(
    error: ValidationError, file: str, text: str, read: Mapping[Any, Any], changes: Sequence[Override]
) -> str:
    """Say the first thing that is wrong, and how many more there are.

    Parameters
    ----------
    error
        What validation found in the changed scenario.
    file, text, read
        Name of the file, its text, and what it says without the changes.
    changes
        Changes that were made; an error that the file had before is the file's.
    """
    details = error.errors(include_url=False)
    # A key with a slip is unknown, and the one that was meant is missing: the slip says more.
    first = next((d for d in details if d["type"] in UNKNOWN), details[0])
    more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    blamed = _blamed_change(first, read, changes)
    where = blamed.place if blamed else f"{file}{_position(text, first)}"
    words = _words(first, read)
    if blamed:  # the key path stands in the change already
        words = words.removeprefix(".".join(blamed.path) + ": ")
    return f"{where}: {words}{more}"


def keys_allowed_at(path: Sequence[int | str]) -> list[str] | None:
    """Names of the keys that may stand below a path; None where any name may, or nothing."""
    kind: Any = Scenario
    for name in path:
        kind = _below(kind, name)
    return [field.alias or name for name, field in kind.model_fields.items()] if _is_model(kind) else None


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


def _near_path(path: Sequence[int | str], depth: int, allowed: Sequence[str], data: Mapping[Any, Any]) -> str:
    whole, tail = ".".join(map(str, path)), ".".join(map(str, path[depth:]))
    known = _paths(data, Scenario)
    same_end = [k for k in known if k.endswith(f".{tail}")]
    if same_end and depth == 0:  # only the front was left out
        return nearest(same_end[0], same_end)
    word = str(path[depth])
    named = [a for a in allowed if a.startswith(word)][:1] or difflib.get_close_matches(word, allowed, n=1)
    right = ".".join(map(str, [*path[:depth], *named, *path[depth + 1 :]]))
    return nearest(right, [right]) if named else nearest(whole, [k for k in known if not whole.startswith(k)])


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _below(kind: Any, name: int | str) -> Any:
    """Type of what stands under a key of a type; None where nothing can."""
    kind = _plain(kind)
    if _is_model(kind):
        found = (f.annotation for n, f in kind.model_fields.items() if name in {n, f.alias})
        kind = next(found, None)
    elif typing.get_origin(kind) in {dict, list}:
        kind = typing.get_args(kind)[-1]
    else:
        kind = None
    return _plain(kind)


def _plain(kind: Any) -> Any:
    """Type without its bounds, and without the None of a key that may be left out."""
    while True:
        if typing.get_origin(kind) is typing.Annotated:
            kind = typing.get_args(kind)[0]
        elif typing.get_origin(kind) in {typing.Union, types.UnionType}:
            kind = next(k for k in typing.get_args(kind) if k is not types.NoneType)
        else:
            return kind


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


def _path_of(detail: ErrorDetails) -> Path:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _blamed_change(
    detail: ErrorDetails, read: Mapping[Any, Any], changes: Sequence[Override]
) -> Override | None:
    if not changes:
        return None
    try:
        Scenario.model_validate(read)
    except ValidationError as before:
        if any(
            (d["loc"], d["msg"]) == (detail["loc"], detail["msg"]) for d in before.errors(include_url=False)
        ):
            return None
    at = tuple(str(part) for part in _path_of(detail))

    def in_common(change: Override) -> int:
        pairs = zip(at, change.path, strict=False)
        return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(at), len(change.path)))

    return max(reversed(changes), key=in_common)


def _position(text: str, detail: ErrorDetails) -> str:
    """``:line:column`` of the key or value that is wrong, or of the nearest thing around it."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - only now is it worth the time

    node = YAML(typ="safe", pure=True).compose(text)
    mark = node.start_mark
    path = _path_of(detail)
    for depth, name in enumerate(path):
        if isinstance(node.value, list) and node.value and isinstance(node.value[0], tuple):
            found = next(((k, v) for k, v in node.value if str(k.value) == str(name)), None)
        elif isinstance(node.value, list) and isinstance(name, int) and name < len(node.value):
            found = (node.value[name], node.value[name])
        else:
            found = None
        if found is None:
            break
        key, node = found
        about_key = depth < len(path) - 1 or detail["type"] in UNKNOWN or "[key]" in detail["loc"]
        about_key = about_key or isinstance(
            node.value, list
        )  # point at the name of a block, not at its inside
        mark = (key if about_key else node).start_mark
    return f":{mark.line + 1}:{mark.column + 1}"


def _words(detail: ErrorDetails, data: Mapping[Any, Any]) -> str:
    kind, path, value = detail["type"], _path_of(detail), detail["input"]
    context: dict[str, Any] = detail.get("ctx", {})
    dotted = ".".join(map(str, path))
    parent = ".".join(map(str, path[:-1]))
    if kind in UNKNOWN:
        return unknown_key(path, len(path) - 1, keys_allowed_at(path[:-1]) or [], data)
    if kind == "missing":
        needed = ", ".join(keys_allowed_at(path[:-1]) or [])
        new = _new_name(path[:-1], data)
        return f"{parent or 'the scenario'}{new} lacks '{path[-1]}'; allowed there: {needed}"
    if kind == "value_error":
        return f"{dotted}: {context['error']}" if dotted else str(context["error"])
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        wanted = next((words for start, words in TEXTS.items() if pattern.startswith(start)), pattern)
        rule = f"must be {wanted}"
    elif kind in RULES:
        rule = RULES[kind].format(**context)
    else:
        rule = detail["msg"][:1].lower() + detail["msg"][1:]
    if kind in {"model_type", "dict_type"} and (keys := keys_allowed_at(path)):
        rule += f" ({', '.join(keys)})"
    what = f"{parent}: the key {path[-1]!r}" if "[key]" in detail["loc"] else f"{dotted}:"
    return f"{what} {rule}; it is {_shown(value)}"


def _new_name(path: Path, data: Mapping[Any, Any]) -> str:
    """Offer a known name, where a change made a new entry in a map of names by a slip."""
    here: Any = data
    for name in path[:-1]:
        here = here.get(key_in(here, str(name))) if isinstance(here, Mapping) else None
    if not path or not isinstance(here, Mapping) or str(path[-1]) in map(str, here):
        return ""
    return f", which is new{nearest(str(path[-1]), [str(k) for k in here])},"


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return f"a {'map' if isinstance(value, dict) else 'list'} of {len(value)}"
    text = repr(value) if isinstance(value, str | int | float) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
