"""How processes end: after Ctrl-C, and on a full disk."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import separatrix as sx
from separatrix.errors import OutputError
from separatrix.search.store import count_finished

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="needs signals of POSIX"),
]

ROWS = """
import sys, time, warnings
import numpy as np
warnings.simplefilter("ignore")
from separatrix import ArchitectureSearchCV, MLPClassifier, save
X = np.random.default_rng(0).normal(size=(500, 4))
y = (X[:, 0] > 0).astype(int)
"""
ENDLESS = """
network.set_params(max_iter=10**9, tol=0.0, n_iter_no_change=np.inf)
print("ready", flush=True)
network.fit(X, y)
print(network.stop_.reason, np.isfinite(network.predict_proba(X)).all())
"""
SAVING = """
import numpy as np
from separatrix import save
from separatrix.model import Model
from separatrix.network import Network
network = Network.mlp(100, (300, 300), 1)
models = [Model(network, np.full(network.n_parameters, value)) for value in (1.0, 2.0)]
save(models[0], "m.safetensors")
print("ready", flush=True)
while True:
    for model in models:
        save(model, "m.safetensors")
"""

SEARCHING = """
import itertools

calls = itertools.count(1)

def scorer(estimator, X, y):
    if next(calls) == 40:
        print("ready", flush=True)
        time.sleep(0.5)
    return estimator.score(X, y)

network = MLPClassifier(max_iter=5, engine="numpy", random_state=0)
space = {"alpha": list(np.logspace(-4, 0, 20))}
settings = {"cv": 3, "scoring": scorer, "n_jobs": 2, "store": "s.sqlite", "random_state": 0}
search = ArchitectureSearchCV(network, [2], space, **settings).fit(X, y)
save(search.best_estimator_, "m.safetensors")
print(len(search.cv_results_["params"]), search.predict_proba(X).shape)
"""

COMPILING = """
import threading
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

def is_fitted(estimator):
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        return False
    return True

def fit(estimator):
    print("ready", flush=True)
    try:
        estimator.fit(X, y)
        print(type(estimator).__name__, estimator.stop_.reason, estimator.predict_proba(X).shape, flush=True)
    except KeyboardInterrupt:
        compiles = any(thread.name == "separatrix-compiler" for thread in threading.enumerate())
        state = "is fitted" if is_fitted(estimator) else "is not fitted"
        print(type(estimator).__name__, state, "and the compiler works on" if compiles else "", flush=True)

fit(MLPClassifier((4,), solver="adam", max_iter=10**9))
fit(MLPClassifier((4,), solver="lbfgs", max_iter=10**9))
fit(ArchitectureSearchCV(MLPClassifier(), [2, 3], n_jobs=1))
"""


def start(code: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Start a Python process, and return when it has printed a line."""
    command = [sys.executable, "-c", code]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, **pipes)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.promise("Ctrl-C twice raises KeyboardInterrupt at once")
def test_ctrl_c_twice_ends_at_once(tmp_path: Path) -> None:
    process = start(ROWS + "network = MLPClassifier((4,)).fit(X[:50], y[:50])\n" + ENDLESS, tmp_path)
    time.sleep(0.3)
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    lines = process.communicate(timeout=60)[1].splitlines()  # a third may come while the process ends
    assert any(line.startswith("KeyboardInterrupt") for line in lines)
    assert process.returncode == -signal.SIGINT


@pytest.mark.promise("Ctrl-C while kernels are compiled comes back at once and leaves no file")
def test_ctrl_c_while_compiling(tmp_path: Path) -> None:
    process = start(ROWS + COMPILING, tmp_path, SEPARATRIX_CACHE_DIR="cache")
    assert process.stdout is not None
    lines = []
    for _ in range(3):
        until = time.monotonic() + 60
        while not list(tmp_path.glob("cache/*/*")) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        lines.append(process.stdout.readline().strip())
        process.stdout.readline()  # ready
    errors = process.communicate(timeout=60)[1]
    assert lines == [
        f"{name} is not fitted and the compiler works on"  # Ctrl-C did not wait for it
        for name in ("MLPClassifier", "MLPClassifier", "ArchitectureSearchCV")
    ]
    assert (errors, process.returncode) == ("", 0)
    whole = {f"{name}-{kind}" for name in ("train_chunk", "gradient_of") for kind in ("float32", "float64")}
    assert {path.name for path in tmp_path.glob("cache/*/*")} <= whole  # and nothing that is half written


@pytest.mark.promise("Ctrl-C late in a search keeps what is done: a usable model, and a store that is whole")
def test_ctrl_c_late_in_a_search(tmp_path: Path) -> None:
    process = start(ROWS + SEARCHING, tmp_path)
    process.send_signal(signal.SIGINT)
    shown, errors = process.communicate(timeout=60)
    assert (errors, process.returncode) == ("", 0)
    n_tried, _, shape = shown.strip().partition(" ")
    assert 5 < int(n_tried) < 20
    assert shape == "(500, 2)"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.safetensors", "s.sqlite"]
    assert sx.load(tmp_path / "m.safetensors").classes.tolist() == [0, 1]
    assert int(n_tried) <= count_finished(tmp_path / "s.sqlite", 3) < 20


@pytest.mark.promise("Ctrl-C while a model is saved leaves the old file or the new one, and no other")
def test_ctrl_c_while_saving(tmp_path: Path) -> None:
    process = start(SAVING, tmp_path)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]
    assert sx.load(tmp_path / "m.safetensors").theta[0] in (1.0, 2.0)


@pytest.mark.promise("A full disk leaves the old file, and says so")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "m.safetensors"
    network = sx.Network.mlp(100, (300,), 1)
    old = sx.Model(network, np.full(network.n_parameters, 1.0))
    sx.save(old, path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))  # the system refuses to write more
    try:
        with pytest.raises(OutputError, match=r"cannot write .*: ") as caught:
            sx.save(sx.Model(network, np.full(network.n_parameters, 2.0)), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno in (errno.EFBIG, errno.ENOSPC)
    assert sx.load(path) == old
    assert [each.name for each in tmp_path.iterdir()] == ["m.safetensors"]
