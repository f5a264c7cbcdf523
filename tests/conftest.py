from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a slow machine is no error
settings.load_profile("untimed")

BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "accuracy" / "data"


@pytest.fixture(scope="session")
def real_tables() -> Path:
    """The folder of real tables in CSV with a column "target": SEPARATRIX_TABLES, or the usual place."""
    folder = Path(os.environ.get("SEPARATRIX_TABLES", BESIDE_THE_REPOSITORY))
    if not folder.is_dir():
        pytest.skip("no real tables: SEPARATRIX_TABLES names no folder, and none is beside the repository")
    return folder
