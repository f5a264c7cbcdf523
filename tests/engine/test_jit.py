"""The kernel cache: a folder for each version of the sources, complete or absent, used by later processes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest

import separatrix.engine._jit as jit

pytestmark = pytest.mark.compiles

ROOT = Path(__file__).parents[2]

SCORE = """
import numpy as np
from separatrix.engine.base import Data
from separatrix.engine.numba_engine import NumbaEngine
from separatrix.network import Network
X = np.ones((4, 2)); T = np.ones((4, 1))
print(NumbaEngine().loss_and_score(Network.mlp(2, (), 1), np.zeros(3), Data(X, T))[0])
"""


def run_score(folder, script=SCORE, **variables):
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**jit.os.environ, "SEPARATRIX_CACHE_DIR": str(folder), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def times_of_files(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A cache that a process has filled, which takes seconds."""
    cache = tmp_path_factory.mktemp("cache")
    assert run_score(cache) == pytest.approx(0.6931471805599453, rel=1e-15)
    return cache


def test_the_cache_is_filled_once_and_never_written_again(filled):
    files = times_of_files(filled)
    assert {path.suffix for path in files} == {".nbi", ".nbc"}
    assert [path.name for path in filled.glob("*/*")] == ["evaluation_of-float64"]
    assert run_score(filled) == pytest.approx(0.6931471805599453, rel=1e-15)
    assert times_of_files(filled) == files


@pytest.mark.skipif(not jit.KNOWS_LOCATORS, reason="this Numba names files by the path of the source")
def test_another_environment_uses_the_same_folder(filled, tmp_path):
    files = times_of_files(filled)
    shutil.copytree(Path(jit.__file__).parents[1], tmp_path / "elsewhere" / "separatrix")
    moved = {"PYTHONPATH": str(tmp_path / "elsewhere"), "PYTHONDONTWRITEBYTECODE": "1"}
    script = "import separatrix; assert 'elsewhere' in separatrix.__file__" + SCORE
    assert run_score(filled, script, **moved) == pytest.approx(0.6931471805599453, rel=1e-15)
    assert times_of_files(filled) == files


def test_without_locators_each_path_of_the_package_has_its_folder(monkeypatch):
    shared = jit._digest()
    monkeypatch.setattr(jit, "KNOWS_LOCATORS", False)
    assert jit._digest() != shared


@pytest.mark.process
@pytest.mark.promise("Processes that start at once with an empty or a blocked kernel cache all compute")
def test_cold_processes_at_once(record_property):
    command = [sys.executable, str(ROOT / "tools" / "cold_processes.py"), "4"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["right"] == found["right with a cache that cannot be written"] == 4
    assert found["entries"] == ["total-float64"]
    record_property("figure", "4 of 4 processes, with each cache")


def test_an_edit_of_any_kernel_source_is_another_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(jit, "KNOWS_LOCATORS", True)  # else the copy's path is in the digest
    before = jit._digest()
    copy = tmp_path / "engine"
    (copy / "kernels").mkdir(parents=True)
    here = Path(jit.__file__).parent
    for source in [*here.glob("*.py"), *here.glob("kernels/*.py")]:
        (copy / source.relative_to(here)).write_bytes(source.read_bytes())
    monkeypatch.setattr(jit, "__file__", str(copy / "_jit.py"))
    assert jit._digest() == before
    with (copy / "kernels" / "draws.py").open("a") as source:
        source.write("# changed\n")
    assert jit._digest() != before


def test_every_platform_has_its_folder(monkeypatch):
    monkeypatch.delenv("SEPARATRIX_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    for platform, part in {"linux": "/somewhere", "darwin": "Caches", "win32": "Local"}.items():
        monkeypatch.setattr(jit.sys, "platform", platform)
        folder = jit._cache_root()
        assert part in str(folder)
        assert folder.name == "separatrix"


def test_numba_gets_its_own_pass_builder_back() -> None:
    from numba.core import codegen

    usual = codegen.create_pass_builder
    with jit._no_unrolling():
        assert codegen.create_pass_builder is not usual
    assert codegen.create_pass_builder is usual


def test_a_numba_without_that_pass_builder_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from numba.core import codegen

    monkeypatch.delattr(codegen, "create_pass_builder")
    with jit._no_unrolling():
        assert not hasattr(codegen, "create_pass_builder")


@pytest.mark.skipif(not jit.KNOWS_LOCATORS, reason="this Numba cannot be given a locator")
def test_another_function_is_cached_by_numba_itself(tmp_path):
    def ours() -> None: ...

    def theirs() -> None: ...

    with jit._numba_cache_in(tmp_path, ours):
        assert isinstance(jit.InFolder.from_function(ours, ""), jit.InFolder)
        assert jit.InFolder.from_function(theirs, "") is None
        kept = numba.njit(cache=True)(theirs)
    assert not isinstance(kept._cache._impl._locator, jit.InFolder)
