"""The site: built without a warning, complete by itself, searchable, and no older than the code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache, partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from browsers import show

ROOT = Path(__file__).parents[1]
LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site from a copy, so that the working tree stays as it was."""
    place = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "docs", place / "docs")
    shutil.copy(ROOT / "mkdocs.yml", place)
    built = build(place)
    assert built.returncode == 0, built.stdout + built.stderr
    return place / "site"


def build(place: Path) -> subprocess.CompletedProcess[str]:
    zensical = Path(sys.executable).with_name("zensical")
    return subprocess.run(
        [str(zensical), "build", "--strict", "-f", str(place / "mkdocs.yml")],
        capture_output=True, text=True, check=False, timeout=120, cwd=place,
    )  # fmt: skip


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@cache
def tags(page: Path) -> list[tuple[str, dict[str, str]]]:
    return Tags(page.read_text(encoding="utf-8")).found


@cache
def anchors(page: Path) -> set[str]:
    return {attributes["id"] for _, attributes in tags(page) if "id" in attributes}


def links(page: Path) -> Iterator[str]:
    for tag, attributes in tags(page):
        address = attributes.get("href" if tag in {"a", "link"} else "src", "")
        if address and not urlsplit(address).scheme:
            yield address


def test_every_page_of_the_documentation_is_built(site: Path):
    """The site builds without a warning, and each Markdown file is a page of it."""
    for page in (ROOT / "docs").rglob("*.md"):
        name = "index.html" if page.name in {"index.md", "README.md"} else f"{page.stem}.html"
        assert (site / page.relative_to(ROOT / "docs").parent / name).exists(), page


def test_pages_load_nothing_from_elsewhere(site: Path):
    """A page asks no other server for a script, a style, a font or a picture."""
    for page in site.rglob("*.html"):
        for tag, attributes in tags(page):
            address = attributes.get(LOADS.get(tag, ""), "")
            assert not re.match("([a-z]+:)?//", address), f"{page}: <{tag}> {address}"
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//|@import", style.read_text(encoding="utf-8")), style


def test_links_within_the_site_lead_somewhere(site: Path):
    """A link within the site names a file of it, and an anchor that the file has."""
    for page in site.rglob("*.html"):
        if page.name == "404.html":  # its links begin at the root of a server
            continue
        for link in links(page):
            parts = urlsplit(link)
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{page}: {link}"
            if parts.fragment and target.suffix == ".html":
                assert unquote(parts.fragment) in anchors(target), f"{page}: {link}"


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """Where the site is served: a browser runs no search from the disk."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_search_finds_the_pages_that_have_a_word(browser: Any, address: str):
    """Typing a word lists exactly the pages with it, the chosen one opens; a word of no page lists none."""
    from selenium.webdriver.support.wait import WebDriverWait

    # The list is made anew at each letter: it is read and clicked within the page, in one step.
    listed = "return [...arguments[0].querySelectorAll('a')].map(one => new URL(one.href).pathname.slice(1))"
    first = "[...arguments[0].querySelectorAll('a')].find(one => one.href.endsWith(arguments[1])).click()"

    def results() -> set[str]:
        return set(browser.execute_script(listed, box))

    def typed(word: str) -> None:
        entry = box.find_element("css selector", "input")
        entry.clear()
        entry.send_keys(word)

    wait = WebDriverWait(browser, 30)
    show(browser, address, 1280)
    browser.find_element("css selector", "button.md-search__button").click()
    opened = "return [...document.querySelectorAll('*')].find(one => one.shadowRoot)?.shadowRoot"
    box = wait.until(lambda _: browser.execute_script(opened))

    docs = ROOT / "docs"
    pages = [p for p in docs.rglob("*.md") if "Kolmogorov" in p.read_text(encoding="utf-8")]
    with_word = {p.relative_to(docs).with_suffix(".html").as_posix() for p in pages}
    # What is typed before the index is there finds nothing, so it is typed again.
    wait.until(lambda _: results() or typed("Kolmogorov"))
    wait.until(lambda _: results() == with_word, f"search doesn't list the pages {sorted(with_word)} alone")
    typed("xylophone")
    wait.until(lambda _: not results(), "search lists pages for a word of none")
    typed("Kolmogorov")
    wait.until(lambda _: results() == with_word, f"search doesn't list the pages {sorted(with_word)} alone")
    browser.execute_script(first, box, "/sweep.html")
    wait.until(lambda _: urlsplit(browser.current_url).path == "/sweep.html")


def test_links_of_the_front_page_lead_somewhere():
    """A link in README or CHANGELOG names a file of the project."""
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md"):
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert urlsplit(link).scheme or (ROOT / link).exists(), f"{page.name}: {link}"


def test_figures_come_from_commits_of_the_history():
    """A commit that a page names for its figures is there, so that they can be printed again."""

    def git(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", *words], capture_output=True, text=True, check=False, cwd=ROOT)

    if git("rev-parse", "--is-shallow-repository").stdout.strip() != "false":
        pytest.skip("this is no clone with the whole history; `git fetch --unshallow` fetches it")
    for page in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")):
        for name in re.findall(r"\b(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{7}\b", page.read_text(encoding="utf-8")):
            assert git("cat-file", "-e", f"{name}^{{commit}}").returncode == 0, f"{page.name}: {name}"


@pytest.mark.parametrize("link", ["nowhere.md", "index.md#nothing"])
def test_a_link_to_nowhere_stops_the_build(link: str, tmp_path: Path):
    """A link to a page or heading that isn't there is an error, not a warning."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# Page\n\n[link]({link})\n", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text("site_name: Broken\n", encoding="utf-8")
    assert build(tmp_path).returncode != 0


def test_the_reference_says_what_the_code_says():
    """The reference pages are what `make reference` writes from the code as it is."""
    from tools.reference import pages

    folder = ROOT / "docs" / "reference"
    written = pages()
    assert {path.name for path in folder.iterdir()} == set(written)
    for name, text in written.items():
        assert (folder / name).read_text(encoding="utf-8") == text, f"{name} is old; run: make reference"
