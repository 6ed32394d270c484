"""Files as people save them: what YAML 1.2 reads, what is no YAML, and where each part stands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from footfall.core.errors import ScenarioError
from footfall.scenario.load import load
from footfall.scenario.yaml_document import read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("06:00", "06:00"),
        ("06:00:00", "06:00:00"),
        ("07-15", "07-15"),
        ("0o17", 15),
        ("017", 17),
        ("1e3", 1000.0),
        ("~", None),
        ("2025-01-31", dt.date(2025, 1, 31)),
        ("2025-02-30", "2025-02-30"),
        ("9" * 5000, "9" * 5000),
        ("[1, [2, {a: b}]]", [1, [2, {"a": "b"}]]),
        ("{a: &x {b: 1, c: 2}, d: {<<: *x, c: 3}}", {"a": {"b": 1, "c": 2}, "d": {"c": 3, "b": 1}}),
        (
            "{a: &x {b: 1}, d: &y {c: 2, b: 2}, e: {<<: [*x, *y]}}",
            {"a": {"b": 1}, "d": {"c": 2, "b": 2}, "e": {"b": 1, "c": 2}},
        ),
    ],
)
def test_values_are_those_of_yaml_1_2(text: str, value: object):
    """A country, a switch and a time are text; a day that is none is text, too, and is told with its key."""
    document = read(text, "mine.yml")
    assert (document.data, document.defects) == (value, [])


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("a: 1\n\tb: 2\n", (2, 1), "not valid YAML"),
        ("a: [1, 2\n", (2, 1), "not valid YAML"),
        ("a: 1\nb: x\x00y\n", (2, 5), "not valid YAML"),
        ("a: *gone\n", (1, 4), "undefined alias"),
        ("a: 1\n---\nb: 2\n", (2, 1), "not valid YAML"),
        ("a: 1\nb: {c: 1, c: 2}\na: 3\n", (2, 11), "duplicate key 'c': it stands on line 2, too"),
        ("a: &x {b: *x}\n", (1, 4), "must not contain itself"),
        ("a: !!set {b}\n", (1, 4), "is not known here"),
        ("a: !!python/object:os.system x\n", (1, 4), "is not known here"),
        ("a: !replace [1]\n", (1, 4), "!replace goes with a map"),
        ("{<<: 1, a: 2}\n", (1, 6), "<< takes a map"),
        ("? [1, 2]\n: 3\n", (1, 3), "a key must be a word or a number"),
        ("a:\n  " + "[" * 5000 + "\n", (2, 102), "nested too deeply"),
        ("a" * 2_000_001, (1, 1), "at most 2,000,000 characters"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_place(text: str, at: tuple[int, int], says: str):
    """Line and column of what can't be read."""
    first = read(text, "mine.yml").defects[0]
    assert (first.place, first.line, first.column) == ("mine.yml", *at)
    assert says in first.says


def test_every_duplicate_is_told():
    """One run tells all keys that stand twice, and the file is looked at all the same."""
    document = read("a: 1\nb: {c: 1, c: 2}\na: 3\n", "mine.yml")
    assert [defect.key for defect in document.defects] == ["b.c", "a"]
    assert document.data == {"a": 1, "b": {"c": 1}}


def test_a_file_may_have_any_line_ends_and_a_mark_in_front(tmp_path: Path):
    """Windows' line ends and byte order mark change neither what is read nor where it stands."""
    file = tmp_path / "mine.yml"
    file.write_bytes(b"\xef\xbb\xbfversion: 1\r\nextends: vantage\r\ndemand:\r\n  orders: 9000\r\n")
    assert load(str(file)).demand.orders == 9000
    file.write_bytes(file.read_bytes().replace(b"9000", b"-1"))
    with pytest.raises(ScenarioError, match=r"mine\.yml:4:11: demand\.orders: must be greater than 0"):
        load(str(file))


def test_a_file_that_is_no_text_is_told_with_its_place(tmp_path: Path):
    """A picture, or text in another encoding, is named with the first byte that isn't UTF-8."""
    file = tmp_path / "mine.yml"
    file.write_bytes("version: 1\ntitle: Zürich\n".encode("latin-1"))
    with pytest.raises(ScenarioError, match=r"mine\.yml:2:9: a scenario is text in UTF-8"):
        load(str(file))


def test_aliases_of_aliases_take_no_time(tmp_path: Path):
    """Ten levels of nine aliases each stand for 9^10 words; they are refused like any other wrong value."""
    levels = ["a0: &a0 [" + ", ".join(["lol"] * 9) + "]"]
    levels += [f"a{k}: &a{k} [" + ", ".join([f"*a{k - 1}"] * 9) + "]" for k in range(1, 10)]
    file = tmp_path / "mine.yml"
    text = "version: 1\nextends: vantage\n" + "\n".join(levels)
    file.write_text(text + "\ncatalog: {models: *a9}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        load(str(file), ["year=2026"])
    assert [defect.key for defect in refused.value.defects if defect.key.startswith("catalog")] == [
        f"catalog.models.{k}" for k in range(9)
    ]
