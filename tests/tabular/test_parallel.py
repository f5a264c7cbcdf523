"""Networks trained by joblib's workers: the same bits as in one thread, also if workers are lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

import separatrix as sx
from separatrix.errors import WorkerError
from separatrix.network import Network

DRAW = np.random.RandomState(0)
X = DRAW.normal(size=(60, 3))
Y = X[:, 0] + X[:, 1] ** 2 > 0.5
NUMBERS = X[:, 0] - 2 * X[:, 1]


class Watched(sx.TabularRegressor):
    """Writes down which process a network answers in; the first process that may be killed dies."""

    log: Path
    kills: str = "nobody"

    def _answers(self, z: Any, network: Network) -> Any:
        (self.log / str(os.getpid())).touch()
        if os.getpid() != self.main and (
            self.kills == "all" or (self.kills == "one" and not (self.log / "killed").exists())
        ):
            (self.log / "killed").touch()
            os._exit(1)
        return super()._answers(z, network)


def watched(log: Path, kills: str = "nobody") -> Watched:
    reg = Watched("fast", cv=2, engine="numpy")
    reg.log, reg.kills, reg.main = log, kills, os.getpid()
    return reg


def numbers_in(log: Path) -> set[int]:
    return {int(path.name) for path in log.iterdir() if path.name != "killed"}


@contextmanager
def dask() -> Iterator[None]:
    distributed = pytest.importorskip("distributed")
    with pytest.MonkeyPatch.context() as patch:
        # Dask pickles by name what it can: its workers must find this module.
        patch.syspath_prepend(str(Path(__file__).parents[2]))
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            client.wait_for_workers(2)
            yield


@pytest.fixture(scope="module", autouse=True)
def classes_that_workers_need_not_import() -> Iterator[None]:
    """Send the class above to other processes whole, as they may not find this module."""
    pickler = pytest.importorskip("cloudpickle")  # of joblib and Dask
    pickler.register_pickle_by_value(sys.modules[__name__])
    yield
    pickler.unregister_pickle_by_value(sys.modules[__name__])


@pytest.fixture(scope="module")
def expected() -> Any:
    return sx.TabularRegressor("fast", cv=2, engine="numpy").fit(X, NUMBERS).to_model()


@pytest.mark.slow
def test_joblib_threads_change_no_bit() -> None:
    alone = sx.TabularClassifier("fast", cv=2).fit(X, Y)
    with joblib.parallel_config("threading", n_jobs=2):
        assert sx.TabularClassifier("fast", cv=2).fit(X, Y).to_model() == alone.to_model()


@pytest.mark.cluster
@pytest.mark.parametrize("backend", ["multiprocessing", "dask", "loky"])
def test_other_processes_change_no_bit(backend: str, expected: Any, tmp_path: Path) -> None:
    with dask() if backend == "dask" else nullcontext(), joblib.parallel_config(backend, n_jobs=2):
        reg = watched(tmp_path).fit(X, NUMBERS)
    assert reg.to_model() == expected
    assert reg.stop_.reason == "finished"
    assert len(numbers_in(tmp_path) - {os.getpid()}) == 2


@pytest.mark.cluster
def test_no_network_is_sent_to_a_worker_when_time_is_up(tmp_path: Path) -> None:
    with joblib.parallel_config("loky", n_jobs=2), pytest.warns(UserWarning, match="2 of 8 networks"):
        reg = sx.TabularRegressor("fast", cv=2, engine="numpy", time_limit=1e-6).fit(X, NUMBERS)
    assert reg.stop_.reason == "time_limit"


@pytest.mark.cluster
def test_what_is_lost_with_a_worker_is_trained_again(expected: Any, tmp_path: Path) -> None:
    with joblib.parallel_config("loky", n_jobs=2):
        reg = watched(tmp_path, kills="one").fit(X, NUMBERS)
    assert reg.to_model() == expected
    assert (tmp_path / "killed").exists()


@pytest.mark.cluster
def test_workers_that_are_always_lost_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("separatrix.tabular.parallel.MAX_LOSSES", 0)
    with (
        joblib.parallel_config("loky", n_jobs=2),
        pytest.raises(WorkerError, match=r"^the workers must train .* lost 1 times in a row .* needs\.$"),
    ):
        watched(tmp_path, kills="all").fit(X, NUMBERS)
