from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from separatrix import plots
from separatrix.recipes import RECIPES

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "gallery.md").read_text(encoding="utf-8")
FILES = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", PAGE)


@pytest.mark.parametrize("name", [name for name in plots.__all__ if name.endswith("Display")])
def test_the_gallery_names_every_display(name: str) -> None:
    assert f"sx.{name}." in PAGE


def test_the_gallery_has_a_film_of_every_recipe() -> None:
    assert [name for name in RECIPES if f"gallery/{name}-film.gif" in FILES] == list(RECIPES)
    assert PAGE.count("sx.animate(") == len(RECIPES)


def test_each_picture_stands_below_the_block_that_draws_it() -> None:
    parts = re.findall(r"^```(python)$|^!\[[^\]]*\]\((gallery/[^)]+)\)$", PAGE, flags=re.MULTILINE)
    kinds = ["picture" if image else "block" for _, image in parts]
    assert kinds.count("picture") == len(FILES)
    assert all(before == "block" for before, kind in pairwise(kinds) if kind == "picture")


def test_the_page_and_the_folder_have_the_same_images() -> None:
    assert {DOCS / file for file in FILES} == set((DOCS / "gallery").iterdir())


def test_images_and_films_are_small() -> None:
    images = [(DOCS / file).stat().st_size for file in FILES if file.endswith(".png")]
    assert sum(images) < 1_500_000
    assert all((DOCS / file).stat().st_size < 1_000_000 for file in FILES if file.endswith(".gif"))


def test_the_readme_shows_images_of_the_gallery() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]+\]\(docs/([^)]+)\)", readme)
    assert [name for name in shown if not name.startswith("gallery/")] == ["playground.webp"]
    assert len(shown) == 3
    assert set(shown) - {"playground.webp"} <= set(FILES)
