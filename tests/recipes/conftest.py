from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from importlib import import_module

import pytest

from separatrix.recipes import RECIPES, RecipeResult

LONG = {"ten-points", "moons", "bumps"}


@pytest.fixture(scope="session")
def result_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], RecipeResult]:
    """Run a recipe, once per session.

    The search of `bumps` has 20 seeds for 60: a third of the trainings, which show the same.
    """

    @cache
    def run(name: str) -> RecipeResult:
        if name in LONG and os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
            pytest.skip("millions of steps need the compiled engine")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(import_module("separatrix.recipes.bumps"), "SEARCH_SEEDS", range(20))
            return RECIPES[name](tmp_path_factory.mktemp(name) / "pictures", films=False)

    return run
