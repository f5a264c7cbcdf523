"""What holds for every recipe."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from separatrix.errors import OutputError
from separatrix.recipes import RECIPES, RecipeResult

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
def test_the_documentation_tells_the_facts(name: str, result_of: Callable[[str], RecipeResult]) -> None:
    section = DOCS.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    told = {
        row[1]: row[2:4] for row in (re.split(r" ?\| ?", line) for line in section.splitlines()) if row[1:]
    }
    for fact in result_of(name).facts:
        ours, tutorial = told[fact.name]
        assert tutorial == fact.tutorial
        assert _agrees(fact.ours, ours), (fact, ours)


@pytest.mark.parametrize("name", RECIPES)
def test_a_folder_that_cannot_be_made_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"cannot make the folder '.*file'"):
        RECIPES[name](tmp_path / "file")


def _agrees(ours: str, told: str) -> bool:
    """Whether both are the same, or "12 of 20" lies in "7 to 18 of 20"."""
    ends = re.fullmatch(r"(\d+) to (\d+) of (\d+)", told)
    if ends is None:
        return ours == told
    low, high, n = map(int, ends.groups())
    return ours in {f"{i} of {n}" for i in range(low, high + 1)}


def test_nothing_is_left_to_chance(tmp_path: Path) -> None:
    first, second = (RECIPES["gaussians"](tmp_path / folder) for folder in ("first", "second"))
    assert first.facts == second.facts
    assert [file.read_bytes() for file in first.files] == [file.read_bytes() for file in second.files]


def test_pictures_leave_pyplot_alone(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from separatrix.recipes import RECIPES\n"
        "assert 'matplotlib' not in sys.modules\n"
        f"RECIPES['gaussians'](Path({str(tmp_path)!r}))\n"
        "assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == ""
