"""A file of YAML 1.2 as data, with the place of each part (``NO`` and ``06:00`` are text)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from footfall.scenario.defects import Defect, Path

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

REPLACE = "!replace"
_MOST_CHARACTERS = 2_000_000
_DEEPEST = 100
_PLAIN = {
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
}


class Replacing(dict[Any, Any]):
    """A map with the tag ``!replace``: it takes the place of a whole map of the scenario that is extended."""


@dataclass(frozen=True)
class Place:
    """Where something stands, and how many keys of the path that was looked for lead there.

    Attributes
    ----------
    depth : int
    key, value : Node
        The last key on the way, or the value itself where there is none, and what stands there.
    """

    depth: int
    key: Node
    value: Node

    def at(self, *, the_key: bool) -> tuple[int, int]:
        """Line and column, from 1: of the value, or of the key, as which a map and a list are named."""
        named = the_key or isinstance(self.value.value, list)
        mark = (self.key if named else self.value).start_mark
        return mark.line + 1, mark.column + 1


@dataclass
class Document:
    """What a file says.

    Attributes
    ----------
    file : str
        As it is called in messages.
    data : object
        Maps, lists and values; None where the text is no YAML.
    defects : list of Defect
        What is wrong with it as YAML.
    """

    file: str
    data: Any = None
    defects: list[Defect] = field(default_factory=list)
    _root: Node | None = None
    _children: dict[int, dict[Any, tuple[Node, Node]]] = field(default_factory=dict)

    def find(self, path: Path) -> Place:
        """Place of a path, or of the nearest thing around it."""
        assert self._root is not None, "a document without data is not searched"
        here = Place(0, self._root, self._root)
        for depth, name in enumerate(path, start=1):
            below = self._children.get(id(here.value), {})
            found = below.get(name) or next((at for k, at in below.items() if str(k) == str(name)), None)
            if found is None:
                break
            here = Place(depth, *found)
        return here

    def defect(self, path: Path, says: str, *, is_slip: bool = False, the_key: bool = False) -> Defect:
        """Something wrong at a path: with what stands there, or with the key itself."""
        place = self.find(path)
        line, column = place.at(the_key=the_key or is_slip or place.depth < len(path))
        return Defect(self.file, line, column, ".".join(map(str, path)), says, is_slip)


def read(text: str, file: str) -> Document:
    """Read a file's text; what is wrong with it as YAML stands in the document.

    Examples
    --------
    >>> read("shops: {NO: 1.0}", "mine.yml").data
    {'shops': {'NO': 1.0}}
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - listing and help do without it
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    found = Document(file)
    if len(text) > _MOST_CHARACTERS:
        says = f"a scenario has at most {_MOST_CHARACTERS:,} characters; this has {len(text):,}"
        found.defects.append(Defect(file, 1, 1, "", says))
        return found
    try:
        found._root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(p for p in (error.context, error.problem) if p).splitlines()[0]
        at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        found.defects.append(Defect(file, at[0], at[1], "", f"not valid YAML: {problem}"))
    except RecursionError:
        at = _too_deep(text)
        found.defects.append(Defect(file, at[0], at[1], "", "nested too deeply to be a scenario"))
    except (YAMLError, ValueError) as error:  # a character that YAML does not allow, a broken directive
        position = getattr(error, "position", 0)
        at = (text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position))
        says = f"not valid YAML: {str(error).splitlines()[0]}"
        found.defects.append(Defect(file, at[0], at[1], "", says))
    if found._root is not None:
        found.data = _Construction(found).value(found._root, ())
    return found


def _too_deep(text: str) -> tuple[int, int]:
    """Line and column at which nesting goes too deep."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - as above
    from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent  # noqa: PLC0415

    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            return event.start_mark.line + 1, event.start_mark.column + 1
    return 1, 1


class _Construction:
    """Makes data of nodes, gathers what is wrong, and remembers which key stands where."""

    def __init__(self, document: Document) -> None:
        from ruamel.yaml import YAML  # noqa: PLC0415 - as above

        self._document = document
        self._constructor = YAML(typ="safe", pure=True).constructor
        self._made: dict[int, Any] = {}
        self._open: set[int] = set()

    def value(self, node: Node, path: Path) -> Any:
        """Data of a node; that of an alias is the very data of its anchor."""
        if id(node) in self._open:
            self._wrong(node, path, "must not contain itself")
            return None
        if id(node) not in self._made:
            self._open.add(id(node))
            self._made[id(node)] = self._new(node, path)
            self._open.discard(id(node))
        return self._made[id(node)]

    def _new(self, node: Node, path: Path) -> Any:
        from ruamel.yaml.nodes import MappingNode, ScalarNode  # noqa: PLC0415 - as above

        tag = str(node.tag)
        if tag not in _PLAIN and not (tag == REPLACE and isinstance(node, MappingNode)):
            meant = f"; {REPLACE} goes with a map" if tag == REPLACE else f"; there is {REPLACE} alone"
            self._wrong(node, path, f"the tag {tag} is not known here{meant}")
            return None
        if isinstance(node, MappingNode):
            made = self._map(node, path)
            return Replacing(made) if tag == REPLACE else made
        if isinstance(node, ScalarNode):
            try:
                return self._constructor.construct_object(node)
            except (ValueError, KeyError, OverflowError):  # it reads like a day or a number, and is none
                return node.value
        self._document._children[id(node)] = {k: (each, each) for k, each in enumerate(node.value)}
        return [self.value(each, (*path, k)) for k, each in enumerate(node.value)]

    def _map(self, node: Node, path: Path) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        children = self._document._children.setdefault(id(node), {})
        merged = []
        for key_node, value_node in node.value:
            if str(key_node.tag).endswith(":merge"):
                merged.append(value_node)
                continue
            key = self.value(key_node, path)
            if not isinstance(key, Hashable):
                self._wrong(key_node, path, "a key must be a word or a number")
            elif key in made:
                line = children[key][0].start_mark.line + 1
                self._wrong(key_node, (*path, key), f"duplicate key '{key}': it stands on line {line}, too")
            else:
                children[key] = (key_node, value_node)
                made[key] = self.value(value_node, (*path, key))
        for under in merged:
            for key, value, place in self._merged(under, path):
                if key not in made:
                    children[key], made[key] = place, value
        return made

    def _merged(self, node: Node, path: Path) -> Iterator[tuple[Any, Any, tuple[Node, Node]]]:
        """Keys that a map takes over by ``<<`` from another, or from each of a list."""
        data = self.value(node, path)
        if isinstance(data, dict):
            for key, value in data.items():
                yield key, value, self._document._children[id(node)][key]
        elif isinstance(data, list) and all(isinstance(each, dict) for each in data):
            for each in node.value:
                yield from self._merged(each, path)
        elif id(node) not in self._open:
            self._wrong(node, path, "<< takes a map, or a list of maps")

    def _wrong(self, node: Node, path: Path, says: str) -> None:
        key = ".".join(map(str, path))
        mark = node.start_mark
        what = f"{key}: {says}" if key else says
        self._document.defects.append(Defect(self._document.file, mark.line + 1, mark.column + 1, key, what))
