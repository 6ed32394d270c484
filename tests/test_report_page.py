"""The report's page: complete without a network, drawn in a real browser, readable by people and machines."""

from __future__ import annotations

import itertools
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from browsers import show
from footfall.scenario.load import load
from footfall.workflow.generate import generate_into
from footfall.workflow.reporting import report
from footfall.workflow.request import Request

WIDTHS = (1280, 768, 390)
CHARTS = {
    "vantage": {
        "distances", "orders-a-day", "hours", "weekdays", "months", "payday", "multipliers", "long-tail",
        "prices", "costs", "returns", "whales", "orders-a-customer", "basket-sizes", "affinity", "discounts",
        "revenue", "marketing", "budget", "schema",
    },
    "storefront": {
        "distances", "orders-a-day", "weekdays", "months", "multipliers", "long-tail", "prices", "costs",
        "reviews-and-sales", "whales", "orders-a-customer", "basket-sizes", "affinity", "discounts",
        "revenue", "order-value-electronics", "statuses", "rating-by-price", "stars", "schema",
    },
    "jaffle": {
        "distances", "orders-a-day", "hours", "weekdays", "months", "multipliers", "long-tail", "prices",
        "whales", "orders-a-customer", "basket-sizes", "affinity", "revenue", "schema",
    },
    "grocer": {
        "distances", "orders-a-day", "hours", "weekdays", "months", "payday", "multipliers", "long-tail",
        "prices", "costs", "returns", "whales", "orders-a-customer", "basket-sizes", "affinity", "discounts",
        "revenue", "schema",
    },
    "marketplace": {
        "distances", "orders-a-day", "hours", "weekdays", "months", "multipliers", "long-tail", "prices",
        "costs", "reviews-and-sales", "whales", "orders-a-customer", "basket-sizes", "discounts", "revenue",
        "statuses", "rating-by-price", "stars", "schema",
    },
    "fashion": {
        "distances", "orders-a-day", "hours", "weekdays", "months", "payday", "multipliers", "long-tail",
        "prices", "costs", "returns", "whales", "orders-a-customer", "basket-sizes", "affinity", "discounts",
        "revenue", "marketing", "statuses", "schema",
    },
}  # fmt: skip

CURVES, PLAIN = {"long-tail", "whales", "schema"}, {"hours", "affinity"}
"""Charts of curves, which run through all their figures or join them; and those without an axis."""


@pytest.fixture(scope="module", params=list(CHARTS))
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Name of a scenario, and the report of a whole data set of it."""
    place = tmp_path_factory.mktemp("page") / request.param
    generate_into(Request(request.param, seed=42), place, format="parquet")
    return request.param, report(place)[0]


def test_the_page_opens_alone(browser: Any, page: tuple[str, Path]):
    """It asks for nothing but itself, logs nothing, and holds less than 1.5 MB."""
    _, file = page
    browser.get("about:blank")
    for kind in ("performance", "browser"):  # what came before is none of the page's
        browser.get_log(kind)
    show(browser, file.as_uri(), 1280)
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith("data:")} == {file.as_uri()}
    assert browser.get_log("browser") == []
    assert file.stat().st_size < 1_500_000


DRAWN = """
return [...document.querySelectorAll('figure')].map(figure => {
  const seen = [...figure.querySelectorAll('svg')].filter(svg => svg.getBoundingClientRect().width > 0);
  const marks = seen.flatMap(svg => [...svg.querySelectorAll('rect, circle, path')]).filter(mark => {
    const box = mark.getBBox(), style = getComputedStyle(mark);
    return box.width + box.height > 0 && (style.fill !== 'none' || style.stroke !== 'none');
  });
  const words = seen.flatMap(svg => [...svg.querySelectorAll('text')]).map(t => t.getBoundingClientRect());
  const parts = mark => mark.tagName === 'path' ? mark.getAttribute('d').split('M').length - 1 : 1;
  const card = figure.getBoundingClientRect();
  const shows = mark => !/\\b(axis|grid|event|guide|even)\\b/.test(mark.getAttribute('class'));
  const count = some => some.reduce((sum, mark) => sum + parts(mark), 0);
  const rows = figure.querySelectorAll('details tbody tr').length;
  return {key: figure.id, rows: rows, pictures: seen.length,
          marks: count(marks), figures: count(marks.filter(shows)),
          cut: words.filter(word => word.left < card.left - 1 || word.right > card.right + 1).length,
          scale: Math.min(...seen.map(svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width))};
});
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_every_chart_is_drawn_and_fits(browser: Any, page: tuple[str, Path], width: int):
    """At each width every chart shows one picture, a mark for each of its figures, and no letter cut off."""
    name, file = page
    show(browser, file.as_uri(), width)
    drawn = {figure["key"]: figure for figure in browser.execute_script(DRAWN)}
    assert drawn.keys() == CHARTS[name]
    for figure in drawn.values():
        assert figure["pictures"] == 1, figure
        assert figure["figures"] < figure["marks"] or figure["key"] in PLAIN, figure
        assert figure["figures"] >= (3 if figure["key"] in CURVES else figure["rows"]), figure
        assert figure["cut"] == 0, figure
        assert figure["scale"] >= (0.85 if width != 768 else 0.6), figure
    size = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    wide, room = browser.execute_script(size)
    assert wide <= room


def test_what_happens_is_marked_and_named(browser: Any, page: tuple[str, Path]):
    """Events are shaded, promotions and holidays have bars; picture, words and table name them."""
    name, file = page
    scenario = load(name)
    show(browser, file.as_uri(), 1280)
    drawn, told, table = browser.execute_script(
        "const figure = document.getElementById('orders-a-day');"
        "const seen = [...figure.querySelectorAll('svg')].find(s => s.getBoundingClientRect().width > 0);"
        "return [[...seen.querySelectorAll('text')].map(t => t.textContent), figure.textContent,"
        " figure.querySelector('details').textContent]"
    )
    events, promotions = scenario.demand.events, scenario.promotions or {}
    for happening in (*events, *promotions):
        words = happening.replace("_", " ")
        assert words in told
        assert words in table
        assert words in drawn
    assert ("holidays" in drawn) == (scenario.demand.holidays is not None) == ("holiday in " in table)
    shaded, bars = browser.execute_script(
        "return ['.event', '.bar'].map(c => document.querySelectorAll('#orders-a-day svg.full ' + c).length)"
    )
    assert shaded == scenario.years * len(events)
    assert (bars > 0) == bool(promotions or scenario.demand.holidays)


def test_charts_follow_light_and_dark(browser: Any, page: tuple[str, Path]):
    """Page and marks change their colours with the reader's scheme."""
    _, file = page
    colours = {}
    for scheme in ("light", "dark"):
        show(browser, file.as_uri(), 1280, scheme)
        colours[scheme] = browser.execute_script(
            "return [getComputedStyle(document.body).backgroundColor,"
            " getComputedStyle(document.querySelector('#weekdays .bar')).fill,"
            " getComputedStyle(document.querySelector('#weekdays text')).fill]"
        )
    assert all(a != b for a, b in zip(colours["light"], colours["dark"], strict=True))


def test_it_prints(browser: Any, page: tuple[str, Path]):
    """On paper the promises that are folded on the screen are there, and the page is black on white."""
    _, file = page
    show(browser, file.as_uri(), 1280, "dark", media="print")
    background, hidden = browser.execute_script(
        "return [getComputedStyle(document.body).backgroundColor,"
        " [...document.querySelectorAll('#contract .contract')].filter(t => !t.checkVisibility()).length]"
    )
    assert background == "rgb(255, 255, 255)"
    assert hidden == 0


class Outline(HTMLParser):
    """What a screen reader goes by: tags with their attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, *names: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def test_a_screen_reader_finds_its_way(page: tuple[str, Path]):
    """Language, headings in order, a sentence for each picture, scopes, names that differ."""
    outline = Outline(page[1].read_text(encoding="utf-8"))
    assert outline.all("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    pictures = outline.all("svg")
    assert len(pictures) == 2 * len(CHARTS[page[0]])
    for picture in pictures:
        assert picture["role"] == "img"
        assert len(picture["aria-label"]) > 60
    assert all(head["scope"] in ("col", "row") for head in outline.all("th"))
    names = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(names) == len(set(names))
    referred = [a[k] for _, a in outline.tags for k in ("aria-labelledby", "aria-describedby") if k in a]
    referred += [a["href"].removeprefix("#") for a in outline.all("a")]
    assert set(referred) <= set(names)
    assert not outline.all("script", "link", "img", "iframe") or outline.all("link") == [
        {"rel": "icon", "href": "data:,"}
    ]


def test_every_chart_has_its_figures_as_a_table(page: tuple[str, Path]):
    """Each figure folds a table of as many cells in each row as it has headings."""
    text = page[1].read_text(encoding="utf-8")
    figures = re.findall(r"<figure.*?</figure>", text, re.DOTALL)
    assert len(figures) == len(CHARTS[page[0]])
    for figure in figures:
        (table,) = re.findall(r"<details>.*?<table>(.*?)</table>", figure, re.DOTALL)
        rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        cells = {len(re.findall(r"<t[hd]", row)) for row in rows}
        assert len(rows) > 1
        assert len(cells) == 1


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours by WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_words_and_marks_stand_out(page: tuple[str, Path]):
    """In light and dark, text has a contrast of 4.5 and marks of 3 against what they stand on (WCAG AA)."""
    schemes = re.findall(r":root \{(.*?)\}", page[1].read_text(encoding="utf-8"), re.DOTALL)[:2]
    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", scheme))
        for ground in ("page", "card"):
            for words in ("ink", "soft", "seen", "law", "pass", "fail"):
                assert contrast(colours[words], colours[ground]) >= 4.5, (words, ground)
        for ground in ("band", "event", "seen-soft"):
            for words in ("ink", "soft"):
                assert contrast(colours[words], colours[ground]) >= 4.5 or (words, ground) == (
                    "soft",
                    "seen-soft",
                )
        for mark in ("seen", "law", "mark"):
            assert contrast(colours[mark], colours["card"]) >= 3
        assert contrast(colours["fail"], colours["fail-soft"]) >= 4.5


def test_a_broken_promise_is_seen_first(browser: Any, tmp_path: Path):
    """In the report of edited files the verdict, and each broken promise, is on the page without a click."""
    generate_into(Request("storefront", seed=7, scale=0.1), tmp_path / "data")
    file = tmp_path / "data" / "orders.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("Completed", "Complete", 5), encoding="utf-8")
    place, told = report(tmp_path / "data")
    broken = {p["check"] for p in told["contract"] if p["verdict"] == "fail"}
    assert "files.orders.unchanged" in broken
    show(browser, place.as_uri(), 390)
    seen = browser.execute_script(
        "return [...document.querySelectorAll('.is-fail')].filter(row => row.checkVisibility())"
        ".map(row => row.querySelector('code').textContent)"
    )
    assert set(seen) == broken
    assert f"{len(broken)} of " in browser.execute_script(
        "return document.querySelector('.verdict').textContent"
    )
