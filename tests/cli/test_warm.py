from __future__ import annotations

import numpy as np
import pytest

from separatrix.cli.warm import DTYPES, call_every_kernel
from separatrix.engine import numpy_engine


@pytest.fixture
def numpy_only(monkeypatch):
    monkeypatch.setattr("separatrix.cli.warm.get_engine", lambda name="auto": numpy_engine.NumpyEngine())


def test_without_numba_there_is_nothing_to_compile(run, numpy_only):
    result = run("warm")
    assert result.exit_code == 0
    assert result.stdout == "Numba is not installed: the NumPy engine trains, and has nothing to compile.\n"


def test_every_dtype_is_reported(run, monkeypatch):
    called = []
    monkeypatch.setattr("separatrix.cli.warm.call_every_kernel", called.append)
    result = run("warm")
    assert [dtype.name for dtype in called] == list(DTYPES)
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == list(DTYPES)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_function_of_the_engine_is_called(monkeypatch, dtype):
    called = []

    class Spy(numpy_engine.NumpyEngine):
        def __getattribute__(self, name):
            called.append(name)
            return super().__getattribute__(name)

    monkeypatch.setattr("separatrix.cli.warm.get_engine", lambda name="auto": Spy())
    call_every_kernel(np.dtype(dtype))
    assert set(called) == {"advance", "loss_and_gradient", "loss_and_score"}
