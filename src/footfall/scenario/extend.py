"""A scenario that says only how it differs from another, and that one perhaps from a third.

Maps are merged, key by key; lists and single values replace; ``null`` removes. A map of shares that make up
a whole is replaced, since half of an old mix beside half of a new one makes no sense; so is any map with the
tag ``!replace``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from footfall.core.errors import ScenarioError
from footfall.scenario.defects import Defect, Path, nearest
from footfall.scenario.sources import document_of, file_of, is_path
from footfall.scenario.yaml_document import REPLACE, Document, Replacing

_OWN = ("version", "extends", "name", "title")  # of each file; nothing of it is taken over


@dataclass
class Chain:
    """A scenario's file, those that it extends, and what they say together.

    Attributes
    ----------
    documents : list of Document
        The one that was asked for in front, what it extends behind it.
    data : dict or None
        The merged scenario; None where a file can't be read.
    base : dict
        What the outermost file extends; empty where it extends nothing.
    defects : list of Defect
        What is wrong before any key is looked at.
    """

    documents: list[Document]
    data: dict[Any, Any] | None = None
    base: dict[Any, Any] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)

    def defect(
        self, paths: Sequence[Path], says: str, *, is_slip: bool = False, the_key: bool = False
    ) -> Defect:
        """Something wrong in the merged scenario, placed where the outermost file has a say in it.

        Parameters
        ----------
        paths
            Keys that it is about, the one to look at first in front.
        says
            What is wrong.
        is_slip
            Whether it is a key that is not known.
        the_key
            Whether a key is wrong, and not what stands under it.
        """
        nearest_one: tuple[int, Document, Path] = (-1, self.documents[0], paths[0])
        for document in self.documents:
            for path in paths:
                if path and path[0] in _OWN and document is not self.documents[0]:
                    continue  # what another file says of itself has no say in this one
                depth = document.find(path).depth
                if depth == len(path) > 0:
                    return document.defect(path, says, is_slip=is_slip, the_key=the_key)
                if depth > nearest_one[0]:
                    nearest_one = depth, document, path
            if any(_hides(document, path) for path in paths):
                break
        return nearest_one[1].defect(nearest_one[2], says, is_slip=is_slip, the_key=the_key)


def chain_of(name_or_path: str) -> Chain:
    """Read a scenario and what it extends, and merge them.

    Raises
    ------
    ScenarioError
        The scenario that was asked for can't be read.
    """
    chain, broken = _read(name_or_path)
    for document in chain.documents:
        chain.defects += document.defects
        if document.data is None and document.defects:
            broken = True
        elif not isinstance(document.data, dict):
            kind = {type(None): "empty", list: "a list"}.get(type(document.data), "a single value")
            says = f"a scenario is a map of keys and values; this is {kind}"
            chain.defects.append(Defect(document.file, 1, 1, "", says))
            broken = True
    if not broken:
        chain.data = _merged(chain, name_or_path)
    return chain


def name_from(file: str) -> str:
    """Name of a scenario after its file.

    >>> name_from("shops/My-Shop 2.yml")
    'my_shop_2'
    """
    name = re.sub("[^a-z0-9]+", "_", PurePath(file).stem.lower())
    return re.sub("^(?=[0-9])", "_", name)[:63]


def _read(name_or_path: str) -> tuple[Chain, bool]:
    """Give the files of a chain, and whether it ends before its end."""
    document, here = document_of(name_or_path), name_or_path
    chain = Chain([document])
    seen = {os.path.realpath(file_of(here)): document.file}
    while isinstance(document.data, dict) and "extends" in document.data:
        base = document.data["extends"]
        wrong = "" if isinstance(base, str) else "must be the name of a scenario, or the path of its file"
        if not wrong:
            here = os.path.join(os.path.dirname(here), base) if is_path(base) else base
            try:
                file = os.path.realpath(file_of(here))
                if file in seen:
                    circle = [*seen.values()][[*seen].index(file) :]
                    wrong = f"goes round in a circle: {' extends '.join([*circle, circle[0]])}"
                else:
                    extended = document_of(here)
            except ScenarioError as error:
                wrong = str(error)
        if wrong:
            chain.defects.append(document.defect(("extends",), f"extends: {wrong}"))
            return chain, True
        document = extended
        seen[file] = document.file
        chain.documents.append(document)
    return chain, False


def _merged(chain: Chain, name_or_path: str) -> dict[Any, Any]:
    """What the files of a chain say together."""
    outermost, *extended = chain.documents
    if not extended:
        return _plain(outermost, chain)
    whole: dict[Any, Any] = extended[-1].data
    for document in reversed(chain.documents[:-1]):
        chain.base = {key: value for key, value in whole.items() if key not in _OWN}
        gone: list[Path] = []
        whole = _over(chain.base, document.data, (), gone)
        chain.defects += [d for path in gone if (d := _not_there(document, path, chain.base))]
    name = name_from(name_or_path)
    own = {
        "version": outermost.data.get("version"),
        "name": name,
        "title": f"{name}, which extends {outermost.data['extends']}",
    }
    if own["version"] is None:
        del own["version"]
    return {**own, **whole}


def _plain(document: Document, chain: Chain) -> dict[Any, Any]:
    """What a file says that extends none; nothing can be replaced there."""
    waiting: list[tuple[Path, Any]] = [((), document.data)]
    seen: set[int] = set()  # an alias stands for the very map of its anchor
    while waiting:
        path, value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Replacing):
            says = f"{'.'.join(map(str, path))}: {REPLACE} is for a file that extends another; leave it out"
            chain.defects.append(document.defect(path, says))
        elif isinstance(value, dict):
            waiting += [((*path, key), below) for key, below in value.items()]
    data: dict[Any, Any] = document.data
    return data


def _over(base: dict[Any, Any], given: dict[Any, Any], at: Path, gone: list[Path]) -> dict[Any, Any]:
    """One map over another; what shall be removed and isn't there is gathered in `gone`."""
    from footfall.scenario.language import is_one_whole  # noqa: PLC0415 - pydantic; listing does without it

    merged = dict(base)
    for key, value in given.items():
        path = (*at, key)
        if value is None:
            if key not in merged:
                gone.append(path)
            merged.pop(key, None)
        elif not isinstance(value, dict):
            merged[key] = value
        elif isinstance(value, Replacing) or is_one_whole(path) or not isinstance(merged.get(key), dict):
            merged[key] = dict(value)
        else:
            merged[key] = _over(merged[key], value, path, gone)
    return merged


def _not_there(document: Document, path: Path, base: dict[Any, Any]) -> Defect | None:
    """What is wrong with removing what isn't there; a key of the language may be left out twice."""
    from footfall.scenario.language import keys_allowed_at, unknown_key  # noqa: PLC0415 - as above

    allowed = keys_allowed_at(path[:-1])
    if allowed is not None:
        if path[-1] in allowed:
            return None
        return document.defect(path, unknown_key(path, len(path) - 1, allowed, base), is_slip=True)
    here: Any = base
    for name in path[:-1]:
        here = here[name]
    known = [str(key) for key in here]
    says = (
        f"{'.'.join(map(str, path))}: there is none to remove{nearest(str(path[-1]), known)}; "
        f"there are {', '.join(known)}"
    )
    return document.defect(path, says, the_key=True)


def _hides(document: Document, path: Path) -> bool:
    """Whether a file replaces all that the ones behind it say about a path."""
    from footfall.scenario.language import is_one_whole  # noqa: PLC0415 - as above

    here: Any = document.data
    for depth, name in enumerate(path, start=1):
        here = here.get(name) if isinstance(here, dict) else None
        if here is None:
            return False
        if isinstance(here, Replacing | list) or is_one_whole(path[:depth]):
            return True
    return False
