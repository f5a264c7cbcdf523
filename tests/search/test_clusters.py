"""Processes and clusters: the same results as in threads, even if workers are lost.

The tests that kill workers come after those that do not, as each new worker imports all libraries.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.datasets import make_moons

from separatrix import ArchitectureSearchCV, MLPClassifier
from separatrix.errors import WorkerError

HERE = str(Path(__file__).parent)
sys.path.insert(0, HERE)  # workers import from this folder, too
import faulty_scorers as faulty  # noqa: E402

# processes of Ray that it does not wait for
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
]

X, Y = make_moons(200, noise=0.25, random_state=0)
N_TRIALS = 3 * (1 + 24)


def make_search(**settings: Any) -> ArchitectureSearchCV:
    settings = {"scoring": "neg_log_loss", "n_jobs": 2, "cv": 3, "random_state": 0, "refit": False} | settings
    space = {"alpha": [1e-4, 1e-2], "learning_rate_init": [0.001, 0.01, 0.1]}
    return ArchitectureSearchCV(MLPClassifier(max_iter=30), [(), (2,), (5,), (5, 5)], space, **settings)


def scores_of(search: ArchitectureSearchCV) -> Any:
    return np.stack([search.cv_results_[f"split{split}_test_score"] for split in range(3)])


@contextmanager
def dask_cluster(n_workers: int, threads_per_worker: int) -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    import dask

    with (
        # A busy machine may take longer than 15 s to start a worker in place of one that was killed.
        dask.config.set({"distributed.deploy.lost-worker-timeout": "5m"}),
        distributed.LocalCluster(
            n_workers=n_workers, threads_per_worker=threads_per_worker, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def dask() -> Iterator[Any]:
    with dask_cluster(n_workers=2, threads_per_worker=1) as client:
        yield client


@pytest.fixture(scope="module")
def dask_threads() -> Iterator[Any]:
    """Dask's only worker, of three threads."""
    with dask_cluster(n_workers=1, threads_per_worker=3) as client:
        yield client


def scale(client: Any, n_workers: int) -> None:
    """Wait until a cluster of Dask has this number of workers: some may have been killed, or be too many."""
    client.cluster.scale(n_workers)
    client.wait_for_workers(n_workers, timeout=300)
    until = time.monotonic() + 300
    while len(client.scheduler_info()["workers"]) > n_workers:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture(scope="module")
def ray() -> Iterator[None]:
    ray = pytest.importorskip("ray")
    from ray.util.joblib import register_ray

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", HERE, prepend=os.pathsep)
        quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
        ray.init(address="local", num_cpus=2, **quiet)
        register_ray()
        yield
        ray.shutdown()


@pytest.fixture(params=["loky", "dask", "ray"])
def cluster(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Parameters of joblib.parallel_config; without its client, Dask would take the cluster made last."""
    if request.param == "dask":
        client = request.getfixturevalue("dask")
        scale(client, 2)
        return {"backend": "dask", "client": client}
    if request.param == "ray":
        request.getfixturevalue("ray")
    return {"backend": request.param}


@pytest.fixture(scope="module")
def expected() -> Any:
    return scores_of(make_search(n_jobs=1).fit(X, Y))


def test_results_are_those_of_one_thread_and_rows_are_sent_once(
    cluster: dict[str, Any], expected: Any, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with joblib.parallel_config(**cluster):
        search = make_search().fit(faulty.counted(X, log), Y)
    assert np.array_equal(scores_of(search), expected)
    workers = faulty.numbers_in(log)
    if cluster["backend"] == "loky":
        assert (
            0 < len(set(workers)) <= 2
        )  # large arrays are mapped; one as small as this goes with every chunk
    else:
        assert len(workers) == len(set(workers)) == 2
    assert os.getpid() not in workers


def test_dasks_memory_manager_makes_no_worker_get_the_rows_again(
    dask: Any, expected: Any, tmp_path: Path
) -> None:
    log, is_over, runs = tmp_path / "log", threading.Event(), []

    def drop_copies() -> None:  # as Dask does every two seconds
        while not is_over.wait(0.01):
            runs.append(dask.amm.run_once())

    scale(dask, 2)
    manager = threading.Thread(target=drop_copies, daemon=True)
    manager.start()
    with joblib.parallel_config("dask", client=dask):
        search = make_search(scoring=faulty.Dawdles(tmp_path / "calls")).fit(faulty.counted(X, log), Y)
    is_over.set()
    manager.join()
    assert np.array_equal(scores_of(search), expected)
    assert len(runs) > 10
    assert len(faulty.numbers_in(log)) == 2


def test_an_error_of_a_scorer_comes_back_as_it_is(cluster: dict[str, Any], tmp_path: Path) -> None:
    search = make_search(scoring=faulty.Raises(tmp_path / "log"), error_score="raise")
    with joblib.parallel_config(**cluster), pytest.raises(faulty.Unlucky, match="of no use"):
        search.fit(X, Y)


@pytest.mark.parametrize("cluster", ["threading", "loky", "dask"], indirect=True)
def test_ctrl_c_keeps_what_is_done(cluster: dict[str, Any], expected: Any, tmp_path: Path) -> None:
    scorer = faulty.Dawdles(tmp_path / "log", home=0)
    when_logged(scorer.log, 20, lambda: os.kill(os.getpid(), signal.SIGINT))
    with (
        joblib.parallel_config(**cluster),
        pytest.warns(UserWarning, match="interrupted by user: .* of 24 candidates .* are the result"),
    ):
        search = make_search(scoring=scorer).fit(X, Y)
    found = scores_of(search)
    assert 0 < found.shape[1] < 24
    every = make_search(n_jobs=1).fit(X, Y).cv_results_["params"]
    done = [every.index(params) for params in search.cv_results_["params"]]
    assert np.array_equal(found, expected[:, done])


def test_a_killed_worker_changes_nothing(cluster: dict[str, Any], expected: Any, tmp_path: Path) -> None:
    scorer = faulty.KillsOnce(tmp_path / "log")
    with joblib.parallel_config(**cluster):
        search = make_search(scoring=scorer).fit(X, Y)
    assert np.array_equal(scores_of(search), expected)
    workers = faulty.numbers_in(scorer.log)
    assert len(workers) > N_TRIALS  # what was lost was repeated
    assert workers[-1] not in faulty.numbers_in(scorer.killed)  # by others


@pytest.mark.parametrize("cluster", ["loky", "dask"], indirect=True)
def test_workers_that_are_always_lost_are_an_error(
    cluster: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("separatrix.search.trial_chunks.MAX_LOSSES", 0)
    with (
        joblib.parallel_config(**cluster),
        pytest.raises(WorkerError, match=r"^the workers must finish .* lost 1 times in a row .* needs\.$"),
    ):
        make_search(scoring=faulty.KillsAlways(tmp_path / "log")).fit(X, Y)


def test_dask_may_have_one_worker_of_one_thread(expected: Any, tmp_path: Path) -> None:
    with (
        dask_cluster(n_workers=1, threads_per_worker=1) as client,
        joblib.parallel_config("dask", client=client),
    ):
        search = make_search().fit(faulty.counted(X, tmp_path / "log"), Y)
    assert np.array_equal(scores_of(search), expected)
    assert len(faulty.numbers_in(tmp_path / "log")) == 1


def test_a_dask_worker_may_have_several_threads(dask_threads: Any, expected: Any, tmp_path: Path) -> None:
    scale(dask_threads, 1)
    with joblib.parallel_config("dask", client=dask_threads):
        search = make_search().fit(faulty.counted(X, tmp_path / "log"), Y)
    assert np.array_equal(scores_of(search), expected)
    assert len(faulty.numbers_in(tmp_path / "log")) == 1


def test_a_dask_cluster_without_workers_is_an_error(dask_threads: Any, tmp_path: Path) -> None:
    scale(dask_threads, 1)
    scorer = faulty.Dawdles(tmp_path / "log")
    with joblib.parallel_config("dask", client=dask_threads, wait_for_workers_timeout=1):
        when_logged(scorer.log, 10, lambda: dask_threads.cluster.scale(0))
        with pytest.raises(TimeoutError, match="no worker after 1 seconds"):
            make_search(scoring=scorer).fit(X, Y)


def when_logged(log: Path, n: int, act: Any) -> None:
    """Act in a thread as soon as a scorer was called `n` times."""

    def watch() -> None:
        while not log.exists() or len(faulty.numbers_in(log)) < n:
            time.sleep(0.01)
        act()

    threading.Thread(target=watch, daemon=True).start()
