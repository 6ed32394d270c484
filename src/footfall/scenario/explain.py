"""What is wrong with a scenario, in plain words: where, what, what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pydantic import TypeAdapter, ValidationError

from footfall.scenario import coherence
from footfall.scenario.defects import Contradiction, Contradictions, Defect, Path, nearest
from footfall.scenario.language import keys_allowed_at, like, unknown_key
from footfall.scenario.model import Scenario

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from footfall.scenario.extend import Chain
    from footfall.scenario.overrides import Override

UNKNOWN = {"extra_forbidden", "invalid_key"}
TEXTS: Mapping[str, str] = {  # by how the pattern begins
    "^(0[1-9]|1[0-2])-": 'a month and day in quotes, such as "07-15"',
    "^([01]": 'a time of day in quotes, such as "06:00:00"',
    "^[^": "without commas, quotes, line ends, or a space in front",
    "^[a-z_]": "lower-case letters, digits and _, not beginning with a digit",
    "^[A-Z]{2}": "a country, or country and region, such as AT or DE-BY",
    "^(uuid": "uuid, cents, timestamp, or a code that ends with zeros, such as SKU-000",
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
    "date_type": "must be a day, such as 2025-01-31",
    "date_from_datetime_inexact": "must be a day, such as 2025-01-31",
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


def defects_in(data: Mapping[Any, Any], chain: Chain, changes: Sequence[Override]) -> list[Defect]:
    """All that is wrong with a scenario; empty where it is valid.

    Parameters
    ----------
    data
        The merged scenario, with the changes.
    chain
        The files that it was read from; what is wrong without the changes is theirs.
    changes
        Changes that were made.
    """
    assert chain.data is not None, "what can't be read has no keys to look at"
    before = {fault.says for fault in _faults(chain.data, chain.base)} if changes else set()
    known = chain.data if changes else chain.base
    return [
        _blamed(fault, changes)
        if changes and fault.says not in before
        else chain.defect(fault.paths, fault.says, is_slip=fault.is_slip, the_key=fault.is_the_key)
        for fault in _faults(data, known)
    ]


@dataclass(frozen=True)
class _Fault:
    """Something wrong with the merged scenario: which keys it is about, the first in front, and what."""

    paths: tuple[Path, ...]
    says: str
    is_slip: bool = False
    is_the_key: bool = False


def _faults(data: Mapping[Any, Any], known: Mapping[Any, Any]) -> list[_Fault]:
    """What is wrong with data; `known` is what they were made from, by changes or by another file."""
    try:
        Scenario.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
    else:
        return []
    meant = {_meant(detail) for detail in details}
    told = [d for d in details if d["type"] != "missing" or not {_path_of(d), d["loc"][:-1]} & meant]
    found = list(_lacking([_path_of(d) for d in told if d["type"] == "missing"], known))
    found += [f for detail in told if detail["type"] != "missing" for f in _told(detail, data)]
    invalid = {str(detail["loc"][0]) for detail in details if detail["loc"]}
    if invalid:  # what fits together is looked at by the model only where every section is valid
        found += [_Fault(each.keys, str(each)) for each in _contradictions(data, invalid)]
    return found


def _told(detail: ErrorDetails, data: Mapping[Any, Any]) -> Iterator[_Fault]:
    path = _path_of(detail)
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, Contradictions | Contradiction):
        prefix = f"{'.'.join(map(str, path))}: " if path else ""
        for each in error.found if isinstance(error, Contradictions) else [error]:
            keys = tuple((*path, *key) for key in each.keys) or (path,)
            yield _Fault(keys, f"{prefix}{each}")
    elif isinstance(error, ValueError):
        yield _Fault((path,), f"{'.'.join(map(str, path))}: {error}")
    else:
        yield _Fault((path,), _words(detail, data), detail["type"] in UNKNOWN, "[key]" in detail["loc"])


def _lacking(missing: Sequence[Path], known: Mapping[Any, Any]) -> Iterator[_Fault]:
    """What each part lacks, all of it at once."""
    for parent in dict.fromkeys(path[:-1] for path in missing):
        paths = tuple(path for path in missing if path[:-1] == parent)
        named = ", ".join(f"'{path[-1]}'" for path in paths)
        needed = ", ".join(keys_allowed_at(parent) or [])
        what = f"{'.'.join(map(str, parent)) or 'the scenario'}{_new_name(parent, known)}"
        yield _Fault(paths, f"{what} lacks {named}; allowed there: {needed}")


def _meant(detail: ErrorDetails) -> Path | None:
    """Key that was meant by a slip, which is not missing then; with `extends`, nothing is at the top."""
    path = _path_of(detail)
    allowed = keys_allowed_at(path[:-1]) if detail["type"] in UNKNOWN else None
    if not allowed:
        return None
    meant = like(str(path[-1]), allowed)
    return path[:-1] if meant == "extends" else (*path[:-1], meant)


class _UnreadableError(Exception):
    """A rule asks for a section that is not valid."""


class _ValidSections:
    """A scenario of which some sections can't be read."""

    def __init__(self, sections: Mapping[str, Any]) -> None:
        self._sections = sections

    def __getattr__(self, name: str) -> Any:
        if name in self._sections:
            return self._sections[name]
        if name in Scenario.model_fields:
            raise _UnreadableError(name)
        return getattr(Scenario, name).__get__(self)


def _contradictions(data: Mapping[Any, Any], invalid: set[str]) -> Iterator[Contradiction]:
    """What does not fit together of the sections that are valid."""
    sections = {}
    for name, field in Scenario.model_fields.items():
        if name in data and name not in invalid:
            sections[name] = TypeAdapter(field.rebuild_annotation()).validate_python(data[name])
        elif name not in invalid:
            sections[name] = field.get_default(call_default_factory=True)
    scenario = cast("Scenario", _ValidSections(sections))
    for rule in coherence.RULES:
        try:
            yield from rule(scenario)
        except _UnreadableError:
            continue


def _path_of(detail: ErrorDetails) -> Path:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _blamed(fault: _Fault, changes: Sequence[Override]) -> Defect:
    """The change that comes nearest to what is wrong."""

    def in_common(change: Override) -> int:
        return max(_common(tuple(map(str, path)), change.path) for path in fault.paths)

    change = max(reversed(changes), key=in_common)
    key = ".".join(map(str, fault.paths[0]))
    says = fault.says.removeprefix(".".join(change.path) + ": ")  # it stands in the change already
    return Defect(change.place, None, None, key, says, fault.is_slip)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _words(detail: ErrorDetails, data: Mapping[Any, Any]) -> str:
    kind, path, value = detail["type"], _path_of(detail), detail["input"]
    context: dict[str, Any] = detail.get("ctx", {})
    dotted = ".".join(map(str, path))
    parent = ".".join(map(str, path[:-1]))
    if kind in UNKNOWN:
        return unknown_key(path, len(path) - 1, keys_allowed_at(path[:-1]) or [], data)
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


def _new_name(path: Path, known: Mapping[Any, Any]) -> str:
    """Offer a known name, where a change made a new entry in a map of names by a slip."""
    here: Any = known
    for name in path[:-1]:
        here = here.get(name) if isinstance(here, Mapping) else None
    if not path or not isinstance(here, Mapping) or path[-1] in here:
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
