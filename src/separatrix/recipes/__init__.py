"""Five tutorial experiments, one file each: plain functions that return facts and draw pictures."""

from __future__ import annotations

from separatrix.recipes.bumps import bumps
from separatrix.recipes.circles import circles
from separatrix.recipes.gaussians import gaussians
from separatrix.recipes.guides import GUIDES, Guide, Try
from separatrix.recipes.moons import moons
from separatrix.recipes.result import Fact, PictureFile, Recipe, RecipeResult, write_page
from separatrix.recipes.ten_points import ten_points

RECIPES: dict[str, Recipe] = {
    "circles": circles,
    "ten-points": ten_points,
    "gaussians": gaussians,
    "moons": moons,
    "bumps": bumps,
}

__all__ = [
    "GUIDES",
    "RECIPES",
    "Fact",
    "Guide",
    "PictureFile",
    "Recipe",
    "RecipeResult",
    "Try",
    "write_page",
]
