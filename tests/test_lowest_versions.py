from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.process
def test_every_dependency_has_a_lowest_version() -> None:
    command = [sys.executable, str(ROOT / "tools" / "lowest_versions.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = dict(requirement.split("==") for requirement in done.stdout.split())
    assert {"numpy", "scikit-learn", "numba", "polars", "matplotlib", "pyarrow", "pytest"} <= found.keys()
