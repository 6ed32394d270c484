"""A scenario's file to begin with: a whole one like another, or one that says only what differs."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from footfall.core.errors import OutputError, RequestError
from footfall.scenario.examples import examples
from footfall.scenario.extend import chain_of, name_from
from footfall.scenario.load import load
from footfall.scenario.sources import SCHEMA, is_path, shipped, text_of
from footfall.sinks.staging import explained

SCHEMA_FILE = "footfall.schema.json"
_EDITORS = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"


@dataclass(frozen=True)
class Started:
    """What was written: the scenario, and the JSON Schema beside it, which it links."""

    scenario: Path
    schema: Path


def start(file: Path, *, like: str | None = None, extends: str | None = None) -> Started:
    """Write a scenario that runs at once, and the schema for editors beside it.

    Parameters
    ----------
    file
        Where to; must not be there yet, and end in .yml or .yaml.
    like
        Shipped scenario whose whole text is taken, comments and all.
    extends
        Scenario, by name or path, that the new one differs from; comments show what may be changed.

    Raises
    ------
    RequestError, ScenarioError
        It is not said what to begin with, or there is no such scenario.
    OutputError
        The place is taken or can't be written.
    """
    if (like is None) == (extends is None):
        raise RequestError(
            "say what to begin with: --like vantage writes a whole scenario, --extends vantage "
            "one that says only what differs"
        )
    if file.suffix not in {".yml", ".yaml"}:
        raise RequestError(f"{file}: the file of a scenario ends in .yml, such as {file.name}.yml")
    text = _whole(file, like) if like is not None else _differing(file, str(extends))
    schema = file.parent / SCHEMA_FILE
    if os.path.lexists(file):
        raise OutputError(f"{file} is there already and is never overwritten; choose another name")
    with explained(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        _write_schema(schema)
        _write(file, text)
    return Started(file, schema)


def _whole(file: Path, like: str) -> str:
    if like not in shipped():
        text_of(like)  # names what there is
        raise RequestError(
            f"--like {like}: takes a scenario that comes with Footfall, {' or '.join(shipped())}; "
            f"copy your own file, or say --extends {like}"
        )
    name = name_from(str(file))
    text = text_of(like)
    for key, value in (("name", name), ("title", f"{name}, made like {like}")):
        text = re.sub(f"^{key}: .*$", f"{key}: {value}", text, count=1, flags=re.MULTILINE)
    says = (
        f"# Made like {like}; change what you want. `footfall validate {file.name}` says what is wrong.\n#\n"
    )
    return f"{_EDITORS}{says}{text}"


def _differing(file: Path, extends: str) -> str:
    load(extends)
    chain = chain_of(extends)
    assert chain.data is not None, "it has just been loaded"
    base = extends
    if is_path(extends):
        base = Path(os.path.relpath(extends, file.parent)).as_posix()
        base = base if is_path(base) else f"./{base}"
    name = name_from(str(file))
    return (
        f"{_EDITORS}"
        f"# Only what differs from {base}; `footfall show {extends}` prints the whole of it.\n"
        f"version: 1\nextends: {_quoted(base)}\nname: {name}\n"
        f"title: {_quoted(f'{name}, which extends {base}')}\n\n"
        "# Take the # away from what you want to change; the values are those of what is extended. Maps are\n"
        "# merged, key by key; lists and single values replace; null removes. Shares that make up a whole\n"
        "# are replaced as a whole, and so is any map after the tag !replace.\n"
        f"{examples(chain.data)}"
    )


def _quoted(words: str) -> str:
    """Words as YAML takes them for text, in quotes where they need some."""
    return words if re.fullmatch(r"[A-Za-z0-9_./][A-Za-z0-9_./, -]*", words) else json.dumps(words)


def _write_schema(place: Path) -> None:
    """Put the schema there; an earlier copy of it gives way, anything else doesn't."""
    text = SCHEMA.read_text(encoding="utf-8")
    if os.path.lexists(place):
        there = place.read_text(encoding="utf-8", errors="replace")
        if there == text:
            return
        if '"$id": "urn:footfall:scenario:' not in there:
            raise OutputError(f"{place} is not Footfall's, and is in the way; move it away")
        draft = _draft(place, text)
        os.replace(draft, place)
    else:
        _write(place, text)


def _write(place: Path, text: str) -> None:
    """Show a file in one step, and never over another."""
    draft = _draft(place, text)
    try:
        os.link(draft, place)
    except FileExistsError:
        raise OutputError(f"{place} is there already and is never overwritten; choose another name") from None
    finally:
        draft.unlink()


def _draft(place: Path, text: str) -> Path:
    draft = place.with_name(f".{place.name}.inprogress-{os.getpid()}")
    draft.write_text(text, encoding="utf-8", newline="\n")
    return draft
