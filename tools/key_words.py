"""What the docstrings of the scenario language say of its keys: for the reference and for the JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import docstring_parser

from footfall.scenario import strict


class UndocumentedKeyError(Exception):
    """A key of the scenario language has no words in its class's docstring."""


def models() -> dict[str, type]:
    """Classes of the language by name."""
    return {kind.__name__: kind for kind in _below(strict.Strict)}


def references(value: Any) -> Iterator[tuple[str, str]]:
    """Models that stand under a key, and the end of the path to each."""
    if "$ref" in value:
        yield value["$ref"].rpartition("/")[2], ""
    for way in value.get("anyOf", ()):
        yield from references(way)
    if isinstance(value.get("items"), dict):
        yield from ((name, f"[N]{end}") for name, end in references(value["items"]))
    for under in values_of_a_map(value):
        yield from ((name, f".NAME{end}") for name, end in references(under))


def values_of_a_map(value: Any) -> list[Any]:
    """Schemas of what stands under the names of a map; none for anything else."""
    found = [value.get("additionalProperties"), *value.get("patternProperties", {}).values()]
    return [under for under in found if isinstance(under, dict)]


def prose(kind: type) -> str:
    """What a class says of itself, but for its keys."""
    parsed = _docstring(kind)
    return " ".join(f"{parsed.short_description or ''}\n{parsed.long_description or ''}".split())


def _docstring(kind: type) -> docstring_parser.Docstring:
    return docstring_parser.parse(kind.__doc__ or "", docstring_parser.DocstringStyle.NUMPYDOC)


def words_of(kind: type, key: str, value: Any, schema: Any) -> str:
    """What a key means: from its class, or from the class of what stands under it."""
    for owner in kind.__mro__[: kind.__mro__.index(strict.Strict)]:
        for entry in _docstring(owner).params:
            if key in {name.strip() for name in entry.arg_name.split(",")}:
                return " ".join((entry.description or "").split())
    for name, _ in references(value):
        first: str = schema["$defs"][name]["description"]
        return " ".join(first.partition("\n\n")[0].split())
    raise UndocumentedKeyError(
        f"{kind.__name__}.{key}: say under Attributes in the class's docstring what it means"
    )


def _below(kind: type) -> Iterator[type]:
    direct: list[type] = kind.__subclasses__()
    for under in direct:
        yield under
        yield from _below(under)
