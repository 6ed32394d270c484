"""Examples of what may be changed in a scenario that extends another: comments, valid once uncommented."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any


def examples(base: Mapping[Any, Any]) -> str:
    """Commented lines: a block for each section that a new scenario is likely to change.

    Parameters
    ----------
    base
        The scenario that is extended; its own values stand in the examples.
    """
    blocks = [
        (words, [f"{section}:", *lines])
        for section, words, lines in _sections(base)
        if lines  # what the base doesn't say is left out
    ]
    return "".join(f"\n# {words}\n" + "".join(f"# {line}\n" for line in lines) for words, lines in blocks)


def _sections(base: Mapping[Any, Any]) -> Iterator[tuple[str, str, list[str]]]:
    yield (
        "demand",
        "How much is sold, when and where.",
        [
            *_given(base["demand"], "orders", "shops"),
            "  events:",
            '    spring_sale: {from: "03-20", to: "03-31", multiplier: 1.4}  # a new one',
            *_events(base["demand"].get("events", {})),
        ],
    )
    yield "catalog", "What is sold, and at which prices.", _given(base["catalog"], "skus", "price")
    yield "customers", "Who buys.", _given(base["customers"], "pool")
    yield (
        "basket",
        "What is in a basket: lines of an order, units of a line.",
        _given(base["basket"], "size", "quantity"),
    )
    yield "discount", "Discounts in percent.", _given(base["discount"], "shares")
    yield (
        "targets",
        "Business figures that planning must reach.",
        [
            f"  {name}: {_flow(target)}"
            for name, target in base["targets"].items()
            if isinstance(target, dict)
        ][:1],
    )
    *others, last = base["tables"]
    yield "tables", "Which tables are published.", [f"  {last}: null  # removed"] if others else []


def _given(section: Mapping[Any, Any], *keys: str) -> list[str]:
    return [f"  {key}: {_flow(section[key])}" for key in keys if key in section]


def _events(events: Mapping[str, Any]) -> Iterator[str]:
    names = list(events)
    if names:
        multiplier = _flow(events[names[0]]["multiplier"])
        yield f"    {names[0]}: {{multiplier: {multiplier}}}  # the rest as it is"
    if len(names) > 1:
        yield f"    {names[-1]}: null  # removed"


def _flow(value: object) -> str:
    """A value as YAML on one line."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - as in yaml_document

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = True
    yaml.width = 10_000
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # its stubs know None alone
    written = io.StringIO()
    yaml.dump(value, written)
    return written.getvalue().removesuffix("...\n").strip()
