"""Real tables for the data tests."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_tables() -> Path:
    folder = Path(__file__).resolve().parents[3] / "shared" / "accuracy" / "data"
    if not folder.is_dir():
        pytest.skip("the real tables are not beside the repository")
    return folder
