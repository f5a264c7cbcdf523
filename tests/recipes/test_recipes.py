"""Properties of every recipe."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from separatrix.errors import OutputError
from separatrix.recipes import RECIPES, RecipeResult

pytestmark = pytest.mark.slow

DOCS = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")
PNG = b"\x89PNG\r\n\x1a\n"


def test_there_are_five() -> None:
    assert list(RECIPES) == ["circles", "ten-points", "gaussians", "moons", "bumps"]


@pytest.mark.parametrize("name", RECIPES)
def test_the_pictures_are_written(name: str, result_of: Callable[[str], RecipeResult]) -> None:
    result = result_of(name)
    assert result.name == name
    assert {file.name for file in result.files} == {file.name for file in result.files[0].parent.iterdir()}
    for file in result.files:
        assert file.name.startswith(name)
        assert file.read_bytes().startswith(PNG)


@pytest.mark.parametrize("name", RECIPES)
def test_every_difference_is_explained(name: str, result_of: Callable[[str], RecipeResult]) -> None:
    for fact in result_of(name).facts:
        assert fact.agrees is not False or fact.comment


@pytest.mark.parametrize("name", RECIPES)
def test_the_documentation_has_the_facts(name: str, result_of: Callable[[str], RecipeResult]) -> None:
    section = DOCS.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    documented = {
        row[1]: row[2:5] for row in (re.split(r" ?\| ?", line) for line in section.splitlines()) if row[1:]
    }
    for fact in result_of(name).facts:
        ours, printed, run = documented[fact.name]
        assert (printed, run) == (fact.printed, fact.run)
        assert _agrees(fact.ours, ours), (fact, ours)


PRINTED = {
    "circles": {"0.6090", "1"},
    "ten-points": {"23", "0.5017"},
    "gaussians": {"(-4.0000, -2.0000)", "2", "4"},
    "moons": {"0.545", "0.0050", "100.0%"},
    "bumps": set(),
}


@pytest.mark.parametrize("name", RECIPES)
def test_only_what_a_tutorial_prints_is_called_printed(
    name: str, result_of: Callable[[str], RecipeResult]
) -> None:
    assert {fact.printed for fact in result_of(name).facts} - {""} == PRINTED[name]


@pytest.mark.parametrize("name", RECIPES)
def test_a_folder_that_cannot_be_made_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError, match=r"cannot make the folder '.*file'"):
        RECIPES[name](tmp_path / "file")


@pytest.mark.parametrize("name", RECIPES)
def test_every_picture_has_a_caption(name: str, result_of: Callable[[str], RecipeResult]) -> None:
    assert all(picture.caption.endswith(".") for picture in result_of(name).pictures)


class Filmed(NamedTuple):
    """What a recipe with its film did in a new process."""

    result: RecipeResult
    frames: list[tuple[int, int]]  # as reported
    changed_style: list[str]  # names of Matplotlib's settings
    open_figures: list[int]
    printed: str


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Filmed:
    folder = tmp_path_factory.mktemp("filmed")
    code = (
        "import matplotlib; matplotlib.use('agg'); before = dict(matplotlib.rcParams)\n"
        "from pathlib import Path; from separatrix.recipes import RECIPES; import pickle\n"
        f"folder, frames = Path({str(folder)!r}), []\n"
        "report = lambda done, total: frames.append((done, total))\n"
        "result = RECIPES['gaussians'](folder / 'pictures', progress=report)\n"
        "after = dict(matplotlib.rcParams)\n"
        "changed = [name for name in before | after if before.get(name) != after.get(name)]\n"
        "from matplotlib import pyplot; figures = pyplot.get_fignums()\n"
        "(folder / 'done').write_bytes(pickle.dumps((result, frames, changed, figures)))"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return Filmed(*pickle.loads((folder / "done").read_bytes()), printed=finished.stdout)


def test_films_come_first_and_report_their_frames(filmed: Filmed) -> None:
    film, *pictures = filmed.result.pictures
    assert filmed.frames == [(number, 11) for number in range(1, 12)]
    assert film.path.read_bytes().startswith(b"GIF89a")
    assert film.code == 'sx.animate(network, "gaussians-film.gif", X, y, views=["boundary", "surface"])'
    assert {picture.path.suffix for picture in pictures} == {".png"}


def test_no_figure_stays_open_and_no_style_is_changed(filmed: Filmed) -> None:
    assert filmed.open_figures == []
    assert filmed.changed_style == []
    assert filmed.printed == ""


def _agrees(ours: str, documented: str) -> bool:
    """Return whether both are the same, or "12 of 20" is in "7 to 18 of 20"."""
    ends = re.fullmatch(r"(\d+) to (\d+) of (\d+)", documented)
    if ends is None:
        return ours == documented
    low, high, n = map(int, ends.groups())
    return ours in {f"{i} of {n}" for i in range(low, high + 1)}


def test_the_results_are_reproducible(tmp_path: Path, result_of: Callable[[str], RecipeResult]) -> None:
    first, second = result_of("gaussians"), RECIPES["gaussians"](tmp_path, films=False)
    assert first.facts == second.facts
    assert [file.read_bytes() for file in first.files] == [file.read_bytes() for file in second.files]
