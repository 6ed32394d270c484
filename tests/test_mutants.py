"""Scenarios with something wrong: each is refused with file, line, column and exit 2, none with a traceback.

Mutant k of a kind is always the same one: what it changes is picked by a hash of its number. Those that
happen to be valid don't count.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from footfall.cli.main import run
from footfall.core.errors import ScenarioError
from footfall.scenario.language import keys_allowed_at
from footfall.scenario.load import load
from footfall.scenario.sources import SCHEMA, text_of
from footfall.scenario.yaml_document import Document, read
from shipped import SHIPPED

pytestmark = pytest.mark.slow

EACH = 64
KNOWN = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Edit:
    """A change to a scenario: a value in place of what stands at a path, a key renamed, or nothing left."""

    path: tuple[Any, ...]
    value: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Base:
    """A shipped scenario: its text, and the places in it that can be changed."""

    name: str
    text: str
    document: Document

    def paths(self) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """Each path, from the outside to the inside, and what stands there."""
        waiting: list[tuple[tuple[Any, ...], Any]] = [((), self.document.data)]
        for path, value in waiting:
            if path and path[0] not in {"version", "name", "title"}:
                yield path, value
            if isinstance(value, dict):
                waiting += [((*path, key), below) for key, below in value.items()]

    def whole(self, edits: Sequence[Edit]) -> str:
        """The text with changes; the last ones first, so that places stay where they are."""
        text = self.text
        places = [(self.document.find(edit.path), edit) for edit in edits]
        for place, edit in sorted(places, key=lambda pair: -pair[0].key.start_mark.index):
            key, value = place.key, place.value
            begin, end = value.start_mark.index, value.end_mark.index
            is_block = isinstance(value.value, list) and not value.flow_style
            if edit.key is not None:
                text = text[: key.start_mark.index] + edit.key + text[key.end_mark.index :]
            elif edit.value is None:
                text = text[: key.start_mark.index] + re.sub("^, *", "", text[end:])
            else:
                rest = "\n" + " " * value.end_mark.column if is_block else ""
                text = text[:begin] + edit.value + rest + text[end:]
        return text

    def extended(self, edits: Sequence[Edit]) -> str:
        """A file that extends the scenario and says the changes."""
        said = {"version": "1", "extends": self.name}
        for edit in edits:
            said[edit.path[0]] = self._nested(edit, edit.path[1:])
        return "".join(f"{key}: {value}\n" for key, value in said.items())

    def _nested(self, edit: Edit, path: tuple[Any, ...]) -> str:
        if edit.value is None and len(path) <= 1:  # the map around it, with a key less or called otherwise
            here = self._at(edit.path[:-1])
            last = edit.path[-1]
            kept = {edit.key if k == last else k: v for k, v in here.items() if k != last or edit.key}
            return f"!replace {json.dumps(kept, default=str)}"
        if not path:
            return str(edit.value)
        return f"{{{json.dumps(path[0])}: {self._nested(edit, path[1:])}}}"

    def _at(self, path: tuple[Any, ...]) -> Any:
        here = self.document.data
        for name in path:
            here = here[name]
        return here


def base(name: str) -> Base:
    text = text_of(name)
    return Base(name, text, read(text, name))


BASES = [base(name) for name in SHIPPED]


def pick(number: int, what: str, known: Sequence[Any]) -> Any:
    hashed = hashlib.blake2b(f"{what} {number}".encode(), digest_size=8).digest()
    return known[int.from_bytes(hashed) % len(known)]


def misspelt(number: int, of: Base) -> list[Edit]:
    """A key of the language with a letter too many, too few, or in the wrong place."""
    keys = [path for path, _ in of.paths() if keys_allowed_at(path[:-1]) is not None]
    path = pick(number, "path", keys)
    word = str(path[-1])
    slips = [
        f"{word}s",
        word[:-1] + "_" + word[-1],
        word[1:] or "x",
        word.upper() + "_",
        word.replace("_", ""),
    ]
    return [Edit(path, key=pick(number, "slip", slips))]


def of_wrong_type(number: int, of: Base) -> list[Edit]:
    """A list for a map, text for a number, nothing for something."""
    path, value = pick(number, "path", list(of.paths()))
    wrong = ["[]", "{}", "[1, two]", "some words", "true", "2025-01-01", "3.5", "null", "{a: {b: c}}"]
    usual = [text for text in wrong if not isinstance(read(text, "").data, type(value))]
    return [Edit(path, pick(number, "value", usual))]


def lacking(number: int, of: Base) -> list[Edit]:
    """A key that must be given, and isn't."""
    keys = [path for path, _ in of.paths() if len(path) > 1 and keys_allowed_at(path[:-1]) is not None]
    return [Edit(pick(number, "path", keys))]


def out_of_range(number: int, of: Base) -> list[Edit]:
    """A number below, above, or beyond all bounds."""
    numbers = [path for path, value in of.paths() if type(value) in {int, float}]
    wrong = [
        "-1",
        "-0.5",
        "1.5",
        "1e400",
        ".nan",
        "-.inf",
        "9" * 30,
        "9" * 5000,
        "0x",
        "1_000_000_000",
        "0o17",
    ]
    return [Edit(pick(number, "path", numbers), pick(number, "value", wrong))]


def of_no_day(number: int, of: Base) -> list[Edit]:
    """A day or a time that there isn't, or that isn't written as one."""
    ends = {"from", "to", "opens_at", "closes_at"}
    days = [path for path, value in of.paths() if path[-1] in ends or isinstance(value, dt.date)]
    wrong = ['"13-01"', '"02-30x"', "2025-02-30", "07-15-01", '"24:00:00"', "06:00", '"6:00:00"', "yesterday",
             "2025-13-45", "1", "2025-01-01T10:00:00", '""', "null", "[01-01]", "noon"]  # fmt: skip
    return [Edit(pick(number, "path", days), pick(number, "value", wrong))]


def referring_to_nobody(number: int, of: Base) -> list[Edit]:
    """A name of something that the scenario, or the vocabulary, doesn't have."""
    is_a_name = {"rows", "first", "then", "status", "deal", "rounded_by"}
    names = [
        path
        for path, value in of.paths()
        if path[-1] in is_a_name or {"columns", "locales", "before_return"} & set(path[:-1])
        or path[-1] == "statuses"
    ]  # fmt: skip
    path = pick(number, "path", names)
    word = pick(number, "word", ["Nobody", "idd", "orders", "de_XX", "no such thing", "Übermorgen", "id_"])
    return [Edit(path, f"[{word}]" if path[-1] == "statuses" else word)]


CONTRADICTIONS: Mapping[str, Sequence[tuple[str, str]]] = {
    "vantage": [
        ("basket.size.1", "0.9"), ("basket.quantity.2", "0.2"), ("discount.shares.0", "0.5"),
        ("discount.deal", "exact"),
        ("catalog.price.min", "900"), ("catalog.cost_share.min", "0.9"), ("catalog.skus", "12"),
        ("basket.deal", "exact"),
        ("catalog.categories.Schuhe.share", "0.5"), ("catalog.pattern", '"{thing} {model}"'),
        ("customers.pool", "1"),
        ("catalog.listed", "{from: 2026-01-01, new_share: 0.2}"), ("catalog.return_concentration", "null"),
        ("catalog.models", "null"), ("catalog.price", "null"), ("demand.opens_at", '"23:59:30"'),
        ("demand.events.christmas.from", '"12-20"'), ("demand.growth_per_day", "-0.01"),
        ("demand.follows_customers", "true"), ("customers.exponent", "null"),
        ("tables.raw_orders.rows", "product"),
        ("basket.affinity", "[{first: Hats, then: Schuhe, odds_factor: 2}]"), ("marketing", "null"),
        ("budget", "null"),
        ("customers.registered", "{from: 2025-01-01, to: 2025-12-31}"), ("demand.weekday.Sat", "0"),
        ("payment", "{deal: exact, shares: {Cash: 1.0}}"), ("basket.lines", "10"),
        ("tables.raw_orders.columns.order_ts", "status"),
        ("catalog.categories.Schuhe.return_probability", "null"),
    ],
    "storefront": [
        ("basket.lines", "10"), ("fulfilment.shares.Returned", "0.5"),
        ("fulfilment.in_progress.youngest_share", "0.01"),
        ("fulfilment.in_progress.status", "Lost"), ("reviews.quality.price", "0.99"),
        ("reviews.delay.min_days", "1"),
        ("reviews.statuses", "[Returned]"), ("reviews", "null"), ("customers.registered.to", "2020-01-01"),
        ("customers.registered.from", "2022-01-01"), ("demand.deal", "expected"),
        ("basket.deal", "expected"),
        ("arrival.before_return", "{Lost: Found}"), ("arrival.settled", "{max_days: 9}"),
        ("catalog.stock", "null"),
        ("catalog.suppliers", "null"), ("catalog.listed.from", "2023-05-05"), ("fulfilment", "null"),
        ("payment", "null"), ("shipping", "null"), ("years", "1"), ("year", "2030"),
        ("demand.orders", "9000"),
        ("reviews.ratings.shares.5", "0.5"), ("catalog.skus", "40"), ("customers.rarest_orders", "1"),
    ],
}  # fmt: skip


def contradictory(number: int, of: Base) -> list[Edit]:
    """One or two changes, each of which may stand alone, that don't fit to the rest."""
    found = CONTRADICTIONS[of.name]
    chosen = [pick(number, "one", found), *([pick(number, "two", found)] if number % 3 else [])]
    edits = {}
    for dotted, value in chosen:
        path = tuple(int(part) if part.isdigit() else part for part in dotted.split("."))
        if path[0] not in {other[0] for other in edits}:
            edits[path] = Edit(path, value)
    return list(edits.values())


def broken(number: int, text: str) -> str:
    """Text that is no YAML, or is none of ours: at the begin, end, or anywhere of a line."""
    lines = text.splitlines()
    at = pick(number, "line", range(1, len(lines)))
    column = pick(number, "column", range(len(lines[at]) + 1))
    slips = ["\t", "]", "}", '"', "\x00", "\x07", "*nowhere ", "!!python/name:os.system ", "!mine ",
             "[" * 900, "- ", "? ", "%", "{a: b", "&a &b ", "<<: 1, ", "\ud7ff\uffff", "---\n"]  # fmt: skip
    slip = pick(number, "slip", [*slips, "duplicate"])
    if slip == "duplicate":
        tops = [line for line in lines if re.match("[a-z]+:", line)]
        return "\n".join([*lines, pick(number, "key", tops).partition(":")[0] + ": 1"])
    lines[at] = lines[at][:column] + slip + lines[at][column:]
    return "\n".join(lines)


EDITS = [misspelt, of_wrong_type, lacking, out_of_range, of_no_day, referring_to_nobody, contradictory]


def mutant(number: int, kind: Callable[..., Any]) -> str:
    """A mutant's text: a whole file, or more often one that extends, which is quicker to read."""
    known = [one for one in BASES if kind is not contradictory or one.name in CONTRADICTIONS]
    of = known[number // 3 % len(known)]
    extends = number % 3 > 0
    if kind is broken:
        return broken(number, of.extended([Edit(("demand", "orders"), "9000")]) if extends else of.text)
    edits = kind(number, of)
    is_there = all(of.document.find(edit.path).depth == len(edit.path) for edit in edits)
    return of.extended(edits) if extends or not is_there else of.whole(edits)


@pytest.mark.parametrize("kind", [*EDITS, broken], ids=lambda kind: kind.__name__)
def test_a_mutant_is_refused_with_its_place(
    kind: Callable[..., Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    """Of each kind so many different invalid files exit with 2, and each line names file, line, column."""
    monkeypatch.chdir(tmp_path)
    line = re.compile(rf"^(mutant|{'|'.join(SHIPPED)})\.yml:[1-9]\d*:[1-9]\d*: \S")
    refused: set[str] = set()
    for number in range(40 * EACH):
        text = mutant(number, kind)
        if len(refused) == EACH:
            break
        if text in refused:
            continue
        Path("mutant.yml").write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit) as left:
            run(["validate", "mutant.yml"])
        out, err = capsys.readouterr()
        if left.value.code == 0:
            continue
        *defects, nothing, count = out.splitlines()
        assert (left.value.code, err, nothing) == (2, "", ""), f"mutant {number}: {out}{err}"
        assert count == f"{len(defects)} defect{'s' * (len(defects) > 1)}"
        for defect in defects:
            assert line.match(defect), f"mutant {number}: {defect}"
        if number % 10 == 0:
            with pytest.raises(SystemExit) as left:
                run(["plan", "mutant.yml"])
            out, err = capsys.readouterr()
            assert (left.value.code, out, err.count("\n")) == (2, "", 1)
            assert line.match(err.removeprefix("footfall: "))
        refused.add(text)
    assert len(refused) == EACH


def test_there_are_more_than_500_of_them():
    """Every kind takes part, with as many."""
    assert EACH * len([*EDITS, broken]) > 500


@pytest.mark.parametrize("kind", [misspelt, of_wrong_type, out_of_range], ids=lambda kind: kind.__name__)
def test_the_schema_refuses_them_as_well(kind: Callable[..., Any]):
    """What is wrong with a single key, editors see too: most such mutants are refused by the JSON Schema."""
    seen = [as_json(mutant(number, kind)) for number in range(90)]
    refused = [data for data in seen if not KNOWN.is_valid(data)]
    assert len(refused) > 60


def as_json(text: str) -> Any:
    return json.loads(json.dumps(read(text, "").data, default=str))


def keys_of(name: str, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Path of every key that a file which extends may say, with a name in maps of names."""
    for key, value in KNOWN.schema["$defs"][name]["properties"].items():
        yield (*before, key)
        for way in value.get("anyOf", [value]):
            below = [*way.get("patternProperties", {}).values(), way.get("additionalProperties")]
            named = [
                each for under in below if isinstance(under, dict) for each in under.get("anyOf", [under])
            ]
            for middle, kind in [((), way), *((("thing",), each) for each in named)]:
                if "$ref" in kind:
                    yield from keys_of(kind["$ref"].rpartition("/")[2], (*before, key, *middle))


def defects_of(file: Path) -> list[Any]:
    """What is wrong with a scenario; empty where it is valid."""
    try:
        load(str(file))
    except ScenarioError as error:
        return error.defects or [error]
    return []


def test_every_key_of_the_language_refuses_what_it_can_not_be(tmp_path: Path):
    """Each key gets values that hardly any can have: a mistake has its place, whatever section it is in."""
    file = tmp_path / "mine.yml"
    wrong = ["[]", "word", "-1", "{a: 1}", "2025-02-30", "1e400", '""', "[x]"]
    refused = 0
    keys = [
        path for path in keys_of("ScenarioChanges") if path[0] not in {"version", "extends", "name", "title"}
    ]
    for number, path in enumerate(keys):
        for value in (wrong[number % len(wrong)], wrong[(number + 3) % len(wrong)]):
            said = value
            for key in reversed(path[1:]):
                said = f"{{{key}: {said}}}"
            file.write_text(f"version: 1\nextends: storefront\n{path[0]}: {said}\n", encoding="utf-8")
            found = defects_of(file)
            refused += bool(found)
            assert all(defect.line and defect.column for defect in found), path
    assert refused > 1.8 * len(keys)
