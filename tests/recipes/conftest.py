from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

import pytest

from separatrix.recipes import RECIPES, RecipeResult

LONG = {"ten-points", "moons", "bumps"}


@pytest.fixture(scope="session")
def result_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], RecipeResult]:
    """Run a recipe, once per session."""

    @cache
    def run(name: str) -> RecipeResult:
        if name in LONG and os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
            pytest.skip("millions of steps need the compiled engine")
        return RECIPES[name](tmp_path_factory.mktemp(name) / "pictures", films=False)

    return run
