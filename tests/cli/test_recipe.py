from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from separatrix import recipes
from separatrix.cli import recipe as command
from separatrix.recipes import GUIDES, Fact, PictureFile, RecipeResult


@pytest.fixture
def two_recipes(monkeypatch):
    def recipe_of(name):
        def recipe(folder: Path, *, films=True, progress=None) -> RecipeResult:
            folder.mkdir(exist_ok=True)
            picture = folder / f"{name}.png"
            picture.write_bytes(b"picture")
            return RecipeResult(
                name,
                "What it shows.",
                (Fact("accuracy", "0.98", "0.97", "luck"),),
                (),
                (PictureFile(picture, "A picture."),),
            )

        return recipe

    monkeypatch.setattr(command, "RECIPES", {name: recipe_of(name) for name in ("circles", "moons")})


def test_one(run, two_recipes):
    result = run("recipe", "moons", "--output", "pictures")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("moons: What it shows.\n")
    assert re.search(r"accuracy  0.98  0.97 +differs: luck", result.stdout)
    assert "note: this computes for some" in result.stderr
    assert result.stdout.endswith(f"Everything on one page: {Path('pictures/index.html')}\n")
    assert Path("pictures/moons.png").exists()
    assert 'src="moons.png"' in Path("pictures/index.html").read_text(encoding="utf-8")


def test_all(run, two_recipes):
    result = run("recipe", "all")
    assert result.stdout.index("circles: ") < result.stdout.index("moons: ")
    assert {path.name for path in Path("recipes").iterdir()} == {"circles.png", "moons.png", "index.html"}
    page = Path("recipes/index.html").read_text(encoding="utf-8")
    assert page.index('src="circles.png"') < page.index('src="moons.png"')


def test_a_misspelt_name(run):
    result = run("recipe", "circels")
    assert result.exit_code == 2
    assert "got 'circels'. Did you mean 'circles'?" in result.stderr


def test_help_names_every_recipe(run):
    assert all(name in run("recipe", "--help").stdout for name in recipes.RECIPES)


# What makes the commands of the recipes quick; an option that is given twice has its last value.
QUICK = {
    "fit": ("--engine", "numpy", "--epochs", "2", "--n-init", "1", "--no-trees"),
    "search": ("--engine", "numpy", "--epochs", "2", "--candidates", "2", "--widths", "2", "--no-trees"),
}


@pytest.mark.slow
@pytest.mark.parametrize("command", [each.command for guide in GUIDES.values() for each in guide.tries])
def test_what_to_try_runs_and_writes_its_files(run, command):
    program, name, *arguments = shlex.split(command)
    assert program == "separatrix"
    result = run(name, *arguments, *QUICK.get(name, ()))
    assert result.exit_code == 0, result.output
    named = [value for option, value in pairwise(arguments) if option in ("-o", "--film")]
    assert all(Path(file).stat().st_size > 0 for file in named)
    assert named or "Model written to" in result.stdout


def test_every_recipe_has_three_things_to_try():
    assert list(GUIDES) == list(recipes.RECIPES)
    assert all(len(guide.tries) == 3 and guide.question and guide.answer for guide in GUIDES.values())
