from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a slow machine is no error
settings.load_profile("untimed")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Generator[None, list[Any], list[Any]]:
    """Collect no examples: test files have none, and to look for them takes long."""
    found = yield
    return [each for each in found if type(each).__name__ != "DoctestModule"]


BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "accuracy" / "data"


@pytest.fixture(scope="session")
def real_tables() -> Path:
    """The folder of real tables in CSV with a column "target": SEPARATRIX_TABLES, or the usual place."""
    folder = Path(os.environ.get("SEPARATRIX_TABLES", BESIDE_THE_REPOSITORY))
    if not folder.is_dir():
        pytest.skip("no real tables: SEPARATRIX_TABLES names no folder, and none is beside the repository")
    return folder
