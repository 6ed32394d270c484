"""How much text a call can come to, and how many steps it can take, reckoned before anything is run.

DuckDB ends what takes too long between two batches of rows, not within a call; so each call must be small.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from footfall.scenario.sql import functions as known

MOST_LETTERS = 1_000_000
"""Text that an expression may come to; a column's values are taken to have at most LETTERS_A_VALUE."""
LETTERS_A_VALUE = 1_000
MOST_STEPS = 16_000_000
"""Steps that one call may take for one row, where they grow with the square of its texts."""
_LETTERS_OF_A_NUMBER = 64
"""No number, day, interval or hash is longer, written out."""

_TEXTS_AMONG_OTHERS = {"||", "greatest", "least", "strftime"}
_NUMBERS_AMONG_TEXTS = {
    "ascii", "contains", "ends_with", "instr", "len", "length", "levenshtein", "md5", "ord", "position",
    "prefix", "regexp_full_match", "regexp_matches", "sha1", "sha256", "starts_with", "strlen", "strpos",
    "suffix", "unicode",
}  # fmt: skip
_SHORT = (known.OPERATORS | known.NUMBERS | known.DATES) - _TEXTS_AMONG_OTHERS | _NUMBERS_AMONG_TEXTS
_SHORT |= known.NUMBERS_OF_MANY
_SHORT_CLASSES = ("COMPARISON", "CONJUNCTION", "BETWEEN")

Tree = Mapping[str, Any]


def scale_of(items: Iterable[Any]) -> float:
    """How many times longer than a column's values texts become, if each of some items builds on another."""
    scale = 1.0
    for item in items:
        scale *= max(1.0, letters(item) / LETTERS_A_VALUE)
    return scale


def too_much(call: Tree, scale: float) -> str | None:
    """Say why a call may not be run; None where it may.

    Parameters
    ----------
    call
        Node of a function.
    scale
        How many times longer than a column's values the texts may be that it is given.
    """
    if (long := _letters_of_call(call) * scale) > MOST_LETTERS:
        return f"could come to {long:,.0f} characters of text, and {MOST_LETTERS:,} are allowed"
    if (steps := _steps(call) * scale**2) > MOST_STEPS:
        return (
            f"calls {call['function_name']} on texts that could take {steps:,.0f} steps a row, "
            f"and {MOST_STEPS:,} are allowed"
        )
    return None


def letters(node: Any) -> float:
    """How much text an expression can come to, at most."""
    if not isinstance(node, dict):
        return sum(map(letters, node)) if isinstance(node, list) else 0
    of_class = node.get("class")
    if of_class == "CONSTANT":
        return len(node.get("literal", {}).get("text", ""))
    if of_class == "COLUMN_REF":
        return LETTERS_A_VALUE
    if of_class in _SHORT_CLASSES:
        return _LETTERS_OF_A_NUMBER
    if of_class in ("FUNCTION", "WINDOW"):
        return _letters_of_call(node)
    return max(sum(map(letters, node.values())), _LETTERS_OF_A_NUMBER if of_class == "CAST" else 0)


def _sizes(call: Tree) -> list[float]:
    return [letters(argument["expression"]) for argument in call["arguments"]]


def _letters_of_call(call: Tree) -> float:
    name = str(call["function_name"]).lower()
    if name in _SHORT:
        return _LETTERS_OF_A_NUMBER
    sizes = _sizes(call) or [0]
    if name in known.PADDING:
        length = int(call["arguments"][1]["expression"]["literal"]["text"])
        return max(length, *sizes) if name != "repeat" else length * sizes[0]
    if name in ("replace", "regexp_replace"):
        return (sizes[0] + 1) * (1 + sum(sizes[2:]))
    if name == "concat_ws":
        return sizes[0] * len(sizes) + sum(sizes[1:])
    return max(sum(sizes) * {"strftime": 50, "hex": 2, "to_hex": 2}.get(name, 1), _LETTERS_OF_A_NUMBER)


def _steps(call: Tree) -> float:
    """Steps of the calls whose time grows with the square of their texts."""
    name = str(call["function_name"]).lower()
    if name == "levenshtein":
        return math.prod(_sizes(call))
    return max(_sizes(call), default=0) ** 2 if name == "regexp_replace" else 0
