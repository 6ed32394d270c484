"""`footfall init`: a file that runs at once, to change."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from footfall.plan.plan import plan
from footfall.scenario.load import load
from footfall.scenario.sources import SCHEMA, shipped, text_of
from footfall.scenario.yaml_document import read

KNOWN = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def uncommented(text: str) -> tuple[str, list[str]]:
    """Head of a file that extends, and its examples, each without the comment marks."""
    head, *blocks = re.split(r"\n\n(?=# [A-Z][^\n]*\n# [a-z_]+:\n)", text)
    return head, [re.sub("^# ", "", block.split("\n", 1)[1], flags=re.MULTILINE) for block in blocks]


def assert_fits_the_schema(text: str) -> None:
    KNOWN.validate(json.loads(json.dumps(read(text, "").data, default=str)))


@pytest.mark.parametrize("name", shipped())
def test_a_whole_file_has_every_comment_and_is_the_same_shop(footfall, name: str):
    """But for name and title it says what the shipped one says, comments included, and links its schema."""
    told = footfall("init", "my_shop.yml", "--like", name)
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines()[0] == "my_shop.yml"
    assert told.out.splitlines()[-1] == "Next: footfall validate my_shop.yml && footfall generate my_shop.yml"
    text = Path("my_shop.yml").read_text(encoding="utf-8")
    link = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert Path(link).read_text(encoding="utf-8") == SCHEMA.read_text(encoding="utf-8")
    kept = [line for line in text_of(name).splitlines() if not re.match("(name|title): ", line)]
    assert [line for line in text.splitlines() if line in set(kept)] == kept
    mine, there = load("my_shop.yml"), load(name)
    assert (mine.name, mine.title) == ("my_shop", f"my_shop, made like {name}")
    assert mine == there.model_copy(update={"name": mine.name, "title": mine.title})
    assert_fits_the_schema(text)


@pytest.mark.parametrize("name", shipped())
def test_every_section_of_a_shipped_scenario_is_explained(name: str):
    """A comment stands before each section."""
    lines = text_of(name).splitlines()
    for number, line in enumerate(lines):
        if re.match(r"[a-z_]+: *(\{|$)", line):
            assert lines[number - 1].startswith("# "), f"{name}: {line}"


@pytest.mark.parametrize("name", shipped())
def test_a_short_file_runs_and_its_examples_do_once_uncommented(footfall, name: str, tmp_path: Path):
    """As it is, with any one of its examples, and with all: valid, in the schema, and a plan is found."""
    assert footfall("init", "short.yml", "--extends", name).code == 0
    head, blocks = uncommented(Path("short.yml").read_text(encoding="utf-8"))
    assert len(blocks) >= 6
    assert load("short.yml").extends == name
    every = "\n".join([head, *blocks])
    for number, text in enumerate([head, every, *(f"{head}\n{block}" for block in blocks)]):
        file = tmp_path / f"tried_{number}.yml"
        file.write_text(text, encoding="utf-8")
        assert_fits_the_schema(text)
        scenario = load(str(file))
        if text in (head, every):
            plan(scenario, 42)
    assert "spring_sale" in load(str(tmp_path / "tried_1.yml")).demand.events


def test_a_file_of_ones_own_is_extended_from_where_it_lies(footfall):
    """The path in the new file leads from there to the one that is extended."""
    assert footfall("init", "shops/base.yml", "--like", "vantage").code == 0
    assert footfall("init", "other/mine.yml", "--extends", "shops/base.yml").code == 0
    assert "extends: ../shops/base.yml\n" in Path("other/mine.yml").read_text(encoding="utf-8")
    assert footfall("init", "shops/next.yml", "--extends", "shops/base.yml", "--json").code == 0
    assert load("other/mine.yml").demand == load("shops/next.yml").demand == load("vantage").demand
    Path("shops/base.yml").rename("shops/it's #1: ours.yml")
    told = footfall("init", "my shop.yml", "--extends", "shops/it's #1: ours.yml")
    assert told.out.endswith("&& footfall generate 'my shop.yml'\n")
    assert load("my shop.yml").extends == "shops/it's #1: ours.yml"


def test_nothing_is_overwritten(footfall):
    """A file that is there stays as it is; so does one that has the schema's name and isn't ours."""
    Path("my_shop.yml").write_text("mine", encoding="utf-8")
    refused = footfall("init", "my_shop.yml", "--like", "vantage")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("footfall: my_shop.yml is there already and is never overwritten")
    assert [file.name for file in Path().iterdir()] == ["my_shop.yml"]
    Path("footfall.schema.json").write_text("{}", encoding="utf-8")
    assert "is not Footfall's" in footfall("init", "new.yml", "--like", "vantage").err
    assert not Path("new.yml").exists()
    earlier = '{"$id": "urn:footfall:scenario:1"}'
    Path("footfall.schema.json").write_text(earlier, encoding="utf-8")
    assert footfall("init", "new.yml", "--like", "vantage").code == 0
    assert Path("footfall.schema.json").read_text(encoding="utf-8") == SCHEMA.read_text(encoding="utf-8")
    assert Path("my_shop.yml").read_text(encoding="utf-8") == "mine"
    assert not [file.name for file in Path().iterdir() if "inprogress" in file.name]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["my_shop.yml"], "--like vantage writes a whole scenario"),
        (["my_shop.yml", "--like", "vantage", "--extends", "vantage"], "say what to begin with"),
        (["my_shop", "--like", "vantage"], "ends in .yml, such as my_shop.yml"),
        (["my_shop.yml", "--like", "vantagge"], "did you mean 'vantage'?"),
        (["my_shop.yml", "--extends", "gone.yml"], "No such file"),
        (["my_shop.yml", "--like", "./gone.yml"], "No such file"),
        (["/proc/my_shop.yml", "--like", "vantage"], "cannot be written"),
    ],
)
def test_a_wrong_beginning_is_one_line(footfall, arguments: list[str], says: str):
    """What can't be done is one line and exit 2, and nothing is written."""
    refused = footfall("init", *arguments)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert says in refused.err
    assert not list(Path().iterdir())


def test_validate_tells_all_at_once_for_people_and_programs(footfall):
    """Each defect is a line with its place, in the order of the file; `--json` has the same in fields."""
    Path("mine.yml").write_text(
        "version: 1\nextends: vantage\ndemand:\n  orders: -1\n  shps: {DE: 1}\n"
        "catalog: {price: {min: 900}, skus: 501}\ncustomers: {pool: 2}\ncustomers: {pool: 1}\n"
        "basket: {size: {16: 1.0}}\ntables: {raw_orders: {columns: {order_id: idd}}}\n",
        encoding="utf-8",
    )
    told = footfall("validate", "mine.yml")
    assert (told.code, told.err) == (2, "")
    assert [line.split(": ")[0] for line in told.out.splitlines()[:-2]] == [
        "mine.yml:4:11", "mine.yml:5:3", "mine.yml:6:24", "mine.yml:8:1", "mine.yml:10:43"
    ]  # fmt: skip
    assert "did you mean 'demand.shops'?" in told.out
    assert "did you mean" in told.out.splitlines()[4]
    assert told.out.splitlines()[-1] == "5 defects"
    said = json.loads(footfall("validate", "mine.yml", "--json").out)
    assert said["valid"] is False
    assert said["defects"][0] == {
        "place": "mine.yml", "line": 4, "column": 11, "key": "demand.orders",
        "says": "demand.orders: must be greater than 0; it is -1",
    }  # fmt: skip
    first = footfall("plan", "mine.yml").err
    assert first.startswith("footfall: mine.yml:5:3: unknown key")
    assert first.endswith("(and 4 more: footfall validate mine.yml)\n")


def test_validate_tells_what_fits_together_as_far_as_sections_can_be_read(footfall):
    """A section that is broken keeps no other from being compared with the rest."""
    Path("mine.yml").write_text(
        "version: 1\nextends: storefront\nshipping: {elsewhere_share: 2}\nreviews: {statuses: [Gone]}\n"
        "customers: {registered: {to: 2030-01-01}}\nbasket: {lines: 10}\n",
        encoding="utf-8",
    )
    told = footfall("validate", "mine.yml").out.splitlines()
    assert [line.split(": ")[0] for line in told[:-2]] == [
        "mine.yml:3:29", "mine.yml:4:22", "mine.yml:5:30", "mine.yml:6:17"
    ]  # fmt: skip
    assert footfall("validate", "vantage").out == "vantage is valid: vantage, 6 tables\n"
    assert (
        "--set demand.orders=-1: must be" in footfall("validate", "vantage", "--set", "demand.orders=-1").out
    )
    assert footfall("validate", "gone.yml").code == 2
