"""Where scenarios are found: those that come with Footfall by name, others by the path of a file."""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path

from footfall.core.errors import ScenarioError
from footfall.scenario.defects import Defect, nearest, refusal
from footfall.scenario.yaml_document import Document, read

LIBRARY = Path(__file__).parent / "library"
SCHEMA = Path(__file__).parent / "scenario.schema.json"
"""JSON Schema of scenarios, written by tools/scenario_schema.py."""


def shipped() -> dict[str, str]:
    """Name -> title of the scenarios that come with Footfall, found without reading them in full."""
    return {file.stem: _title_in(file.read_text(encoding="utf-8")) for file in sorted(LIBRARY.glob("*.yml"))}


def is_path(name_or_path: str) -> bool:
    """Whether a scenario is meant by its path, not by its name."""
    separators = [os.sep, "/", *([os.altsep] if os.altsep else [])]
    return name_or_path.endswith((".yml", ".yaml")) or any(s in name_or_path for s in separators)


def file_of(name_or_path: str) -> Path:
    """File of a scenario.

    Raises
    ------
    ScenarioError
        There is no scenario of that name.
    """
    if is_path(name_or_path):
        return Path(name_or_path)
    names = [found.stem for found in sorted(LIBRARY.glob("*.yml"))]
    if name_or_path not in names:
        raise ScenarioError(
            f"there is no scenario '{name_or_path}'{nearest(name_or_path, names)}; "
            f"there are {', '.join(names)}, or give the path of a .yml file"
        )
    return LIBRARY / f"{name_or_path}.yml"


def text_of(name_or_path: str) -> str:
    """Text of a shipped scenario, or of the file at a path (ends in .yml or .yaml, or has a separator).

    Raises
    ------
    ScenarioError
        There is no such scenario, or its file can't be read as text.
    """
    file = file_of(name_or_path)
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        wrong = Defect(_shown(name_or_path), line, column, "", "a scenario is text in UTF-8; this is not")
        raise refusal([wrong], name_or_path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError(f"{name_or_path}: cannot be read: {reason}") from None


def document_of(name_or_path: str) -> Document:
    """What a scenario's file says.

    Raises
    ------
    ScenarioError
        As :func:`text_of`.
    """
    return remembered(text_of(name_or_path), _shown(name_or_path))


# A command may ask for a scenario more than once, and parsing takes most of the time that loading does.
remembered = functools.lru_cache(maxsize=8)(read)


def _shown(name_or_path: str) -> str:
    """Name of a scenario's file in messages."""
    return name_or_path if is_path(name_or_path) else f"{name_or_path}.yml"


def _title_in(text: str) -> str:
    found = re.search(r"^title:\s*(.+)$", text, re.MULTILINE)
    return str(read(found[1], "title").data) if found else ""
