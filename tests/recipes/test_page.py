from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from separatrix.errors import OutputError
from separatrix.recipes import Fact, Picture, RecipeResult, write_page

FACTS = (
    Fact("accuracy <b>", "0.98", "0.98"),
    Fact("loss", "0.05", "0.06", "another seed"),
    Fact("seeds", "9 of 10", comment="luck"),
)


def result_named(name: str, folder: Path) -> RecipeResult:
    pictures = (
        Picture(folder / f"{name} 1.png", 'A "picture" & more.', "sx.draw(a < b)"),
        Picture(folder / f"{name}.gif", "A film."),
    )
    return RecipeResult(name, "What it <shows>.", FACTS, ("A note & more.", "See:\n\na  b\n1  <"), pictures)


class Page(HTMLParser):
    """The text, the tags still open, and what is linked to."""

    VOID = ("meta", "img", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_shows_all_and_escapes_it(tmp_path: Path) -> None:
    path = write_page(tmp_path, [result_named("demo", tmp_path)])
    assert path == tmp_path / "index.html"
    page = Page(path.read_text(encoding="utf-8"))
    assert page.open == []
    assert "script" not in page.tags
    assert page.links == ["demo%201.png", "demo%201.png", "demo.gif", "demo.gif"]
    for text in ("What it <shows>.", "accuracy <b>", "A note & more.", "a  b\n1  <", "sx.draw(a < b)"):
        assert text in page.words


def test_the_verdicts(tmp_path: Path) -> None:
    text = write_page(tmp_path, [result_named("demo", tmp_path)]).read_text(encoding="utf-8")
    assert '<span class="agrees">agrees</span></td>' in text
    assert '<span class="differs">differs</span>: another seed</td>' in text
    assert "<td>9 of 10</td><td>–</td><td>luck</td>" in text


def test_several_recipes_on_one_page(tmp_path: Path) -> None:
    names = ("one", "two")
    text = write_page(tmp_path, [result_named(name, tmp_path) for name in names]).read_text(encoding="utf-8")
    page = Page(text)
    assert page.links[:2] == ["#one", "#two"]
    assert all(f'<section id="{name}">' in text for name in names)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        write_page(tmp_path / "nowhere", [result_named("demo", tmp_path)])
