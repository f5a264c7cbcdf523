"""Who imports whom: the contracts in pyproject.toml, read from the source, and what is really loaded."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}
HEAVY = {"matplotlib", "numba", "polars", "scipy", "sklearn", "typer"}


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )


def packages_loaded_by(module: str) -> set[str]:
    finished = run_python(f"import {module}, sys; print(*{{name.partition('.')[0] for name in sys.modules}})")
    assert finished.returncode == 0, finished.stderr
    return set(finished.stdout.split())


def test_the_import_contracts_are_kept() -> None:
    finished = run_python("from importlinter.cli import lint_imports; exit(lint_imports(no_cache=True))")
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_importing_the_package_is_cheap() -> None:
    loaded = packages_loaded_by("separatrix")
    assert "separatrix" in loaded
    assert not loaded & HEAVY


NUMPY_ALONE = CONTRACTS["numpy-alone"]["source_modules"]


@pytest.fixture(scope="module")
def heavy_after() -> dict[str, set[str]]:
    """The heavy packages that are loaded after each module, if one process imports them in their order."""
    code = (
        f"import importlib, sys\nfor name in {NUMPY_ALONE!r}:\n"
        f"    importlib.import_module(name); print(name, *{HEAVY!r} & sys.modules.keys())"
    )
    finished = run_python(code)
    assert finished.returncode == 0, finished.stderr
    return {name: set(heavy) for name, *heavy in map(str.split, finished.stdout.splitlines())}


@pytest.mark.parametrize("module", NUMPY_ALONE)
def test_what_needs_only_numpy_loads_only_numpy(module: str, heavy_after: dict[str, set[str]]) -> None:
    assert not heavy_after[module]
