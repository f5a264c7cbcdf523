"""Workers: how an experiment reaches those of a cluster once, and not with every task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from separatrix.search.experiment import Experiment


def count_workers(backend: Any, n_jobs: int) -> int:
    """Return how many tasks a joblib backend carries out at once; it may wait for the first worker.

    Raises
    ------
    TimeoutError
        If a Dask cluster has none.
    """
    if _is_ray(backend):
        _start_ray()
    return int(backend.effective_n_jobs(n_jobs))


@contextmanager
def share(experiment: Experiment, backend: Any) -> Iterator[Any]:
    """Give what tasks of a joblib backend carry in the experiment's place.

    Threads share it as it is, and joblib maps the arrays into the memory of other processes on this machine.
    Dask resolves a future in a task's arguments to what its worker already holds; all workers hold it, so
    that it survives any of them. Ray's workers take it from the store that those on one machine share.
    """
    if _is_ray(backend):
        yield _InRay(experiment)
    elif type(backend).__name__ == "DaskDistributedBackend":
        future = backend.client.scatter(experiment, broadcast=True, hash=False)
        try:
            yield future
        finally:
            future.release()
    else:
        yield experiment


class _InRay:
    """An experiment in Ray's store."""

    def __init__(self, experiment: Experiment) -> None:
        import ray

        self._reference = ray.put(experiment)

    def get(self) -> Experiment:
        """Return it, in a worker."""
        import ray

        experiment: Experiment = ray.get(self._reference)
        return experiment


def _is_ray(backend: Any) -> bool:
    return type(backend).__name__ == "RayBackend"


def _start_ray() -> None:
    """Join the cluster that RAY_ADDRESS names or start one here, unless the user has done so."""
    import ray

    if not ray.is_initialized():
        ray.init()
