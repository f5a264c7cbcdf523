"""A loop in C for `circles` alone: what the hardware can do."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from time import perf_counter

import numpy as np
from cases import Case

from contenders import Contender, Trained, Unavailable

SOURCE = Path(__file__).parent.parent / "circles.c"
FLAGS = ("-O3", "-march=native", "-ffast-math", "-mprefer-vector-width=512", "-shared", "-fPIC")

if shutil.which("cc") is None:
    raise Unavailable("there is no C compiler named cc")


def train(case: Case, epochs: int) -> Trained:
    """Call the compiled loop once."""
    X, t = case.X.astype(np.float32), case.y.astype(np.float32)
    theta, losses = case.network.join(*case.start).astype(np.float32), np.empty(epochs, np.float32)
    library, compile_seconds = _library()
    started = perf_counter()
    library.train(_at(X), _at(t), len(X), _at(theta), epochs, ctypes.c_float(case.rate), _at(losses))
    seconds = perf_counter() - started
    return Trained(seconds, case.network.split(theta), compile_seconds, losses)


def _at(array: np.ndarray) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


@cache
def _library() -> tuple[ctypes.CDLL, float]:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "circles.so"
        started = perf_counter()
        subprocess.run(["cc", *FLAGS, str(SOURCE), "-o", str(target), "-lm"], check=True)
        return ctypes.CDLL(str(target)), perf_counter() - started


CONTENDERS = [Contender("C loop", "float32", train, length="steady", cases=("circles",))]
