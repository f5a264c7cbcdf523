"""A training that is stopped and resumed, or carried out elsewhere, ends with the same bits."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from separatrix import MLPClassifier
from separatrix.errors import ParameterError
from separatrix.network.optimizers import OPTIMIZERS

X = np.random.default_rng(0).normal(size=(120, 3))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
BY_STEPS = [solver for solver in OPTIMIZERS if solver != "lbfgs"]
SMALL: dict[str, Any] = {"hidden_layer_sizes": (4,), "batch_size": 32, "tol": 0.0, "random_state": 0}
STREAMED: dict[str, Any] = {
    **SMALL,
    "hidden_layer_sizes": (8, 8),
    "max_iter": 500,
    "n_iter_no_change": np.inf,
}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def through_pickle(network: MLPClassifier) -> MLPClassifier:
    return pickle.loads(pickle.dumps(network))


@pytest.mark.slow
@pytest.mark.promise(
    "k calls of partial_fit are one fit of k epochs, bit for bit, also with pickle between them"
)
@pytest.mark.parametrize("engine", ["numpy", "numba"])
@pytest.mark.parametrize("solver", BY_STEPS)
def test_calls_of_partial_fit_are_epochs(solver: str, engine: str) -> None:
    # With shuffle=True every call begins with the order that random_state gives, as in scikit-learn.
    settings = {**SMALL, "solver": solver, "engine": engine, "shuffle": False}
    network = MLPClassifier(**settings)
    for _ in range(6):
        network = through_pickle(network.partial_fit(X, Y, classes=[0, 1]))
    assert np.array_equal(network.theta_, MLPClassifier(**settings, max_iter=6).fit(X, Y).theta_)


@pytest.mark.promise("A warm start and partial_fit continue to the same bits in another process")
@pytest.mark.parametrize("method", ["partial_fit", "fit"])
@pytest.mark.parametrize("solver", OPTIMIZERS)
def test_a_training_continues_after_pickle(solver: str, method: str) -> None:
    if solver == "lbfgs" and method == "partial_fit":
        pytest.skip("L-BFGS has no partial_fit")
    first = MLPClassifier(**{**SMALL, "batch_size": "auto"}, solver=solver, max_iter=5, warm_start=True).fit(
        X, Y
    )
    second = through_pickle(first)
    for network in (first, second):
        for _ in range(3):
            getattr(network, method)(X, Y)
    assert np.array_equal(first.theta_, second.theta_)
    assert first.loss_curve_ == second.loss_curve_


CHILD = """
import sys, threading, warnings
import numpy as np
from separatrix import MLPClassifier
warnings.simplefilter("ignore")
settings = eval(sys.argv[2], {"inf": np.inf})
def train(solver):
    MLPClassifier(**settings, solver=solver).fit_table(
        sys.argv[1], target="y", memory="512MB", checkpoint=f"{solver}.checkpoint", checkpoint_minutes=0
    )
for solver in sys.argv[3:]:
    threading.Thread(target=train, args=[solver]).start()
"""


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
@pytest.mark.promise("A training that is killed (kill -9) continues from its checkpoint to the same bits")
def test_a_killed_training_continues_from_its_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = np.c_[X, Y]
    np.savetxt("t.csv", rows, delimiter=",", header="a,b,c,y", comments="", fmt=["%.17g"] * 3 + ["%d"])
    checkpoints = {solver: Path(f"{solver}.checkpoint") for solver in BY_STEPS}
    command = [sys.executable, "-c", CHILD, "t.csv", repr(STREAMED), *BY_STEPS]
    child = subprocess.Popen(command)
    begun = dict.fromkeys(BY_STEPS, 0)
    until = time.monotonic() + 120
    for solver, path in checkpoints.items():
        while begun[solver] < 2:  # the file has been written, and replaced
            assert child.poll() is None, "the training ended before it was killed"
            assert time.monotonic() < until
            inode = path.stat().st_ino if path.exists() else 0
            time.sleep(0.002)
            begun[solver] += path.exists() and path.stat().st_ino != inode
    child.kill()
    child.wait()
    for solver, path in checkpoints.items():
        settings = {**STREAMED, "solver": solver}
        resumed = MLPClassifier(**settings).fit_table("t.csv", target="y", memory="512MB", checkpoint=path)
        whole = MLPClassifier(**settings).fit_table("t.csv", target="y", memory="512MB", checkpoint="whole")
        assert np.array_equal(resumed.theta_, whole.theta_)
        assert resumed.loss_curve_ == whole.loss_curve_
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv"]
    record_property("figure", f"{len(checkpoints)} solvers")


def test_lbfgs_has_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"solver must .*checkpoint"):
        MLPClassifier(solver="lbfgs").fit_table(
            {"a": [1.0, 2.0], "y": ["p", "q"]}, target="y", memory="512MB", checkpoint=tmp_path / "c"
        )


WAYS = [
    *(("here", 1), ("fork", 1), ("loky", 1), ("dask", 1)),
    *(("here", 2), ("here", 3), ("threads", 3), ("here", 7)),
]
POSSIBLE = {"fork": sys.platform != "win32", "dask": find_spec("distributed") is not None}


@cache
def digests(n_threads: int) -> dict[str, set[str]]:
    """Return the digests of every way with this number of threads, from one process."""
    ways = [way for way, number in WAYS if number == n_threads and POSSIBLE.get(way, True)]
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(n_threads))}
    script = Path(__file__).with_name("one_hash.py")
    done = subprocess.run(
        [sys.executable, str(script), *ways], capture_output=True, text=True, env=environment, timeout=500
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [way for way, *_ in lines] == ways
    return {way: set(found) for way, *found in lines}


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.cluster
@pytest.mark.promise(
    "One seed gives one digest of all trainings: 1, 2, 3, 7 threads, joblib, loky, fork, Dask"
)
@pytest.mark.parametrize(("way", "n_threads"), WAYS[1:])
def test_one_digest(way: str, n_threads: int) -> None:
    if not POSSIBLE.get(way, True):
        pytest.skip("Dask is not installed" if way == "dask" else "Windows has no fork")
    (digest,) = digests(1)["here"]
    assert digests(n_threads)[way] == {digest}
