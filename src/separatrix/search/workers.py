"""Workers: how an experiment reaches those of a cluster once, and not with every task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from separatrix.search.experiment import Experiment


@contextmanager
def share(experiment: Experiment, backend: Any) -> Iterator[Any]:
    """Give what tasks of a joblib backend carry in the experiment's place.

    Threads share it as it is, and joblib maps the arrays into the memory of other processes on this machine.
    Dask resolves a future in a task's arguments to what its worker already holds; all workers hold it, so
    that it survives any of them. Ray's workers take it from the store that those on one machine share.
    """
    kind = type(backend).__name__
    if kind == "DaskDistributedBackend":
        yield backend.client.scatter(experiment, broadcast=True, hash=False)
    elif kind == "RayBackend":
        yield _InRay(experiment)
    else:
        yield experiment


class _InRay:
    """An experiment in Ray's store."""

    def __init__(self, experiment: Experiment) -> None:
        import ray

        if not ray.is_initialized():
            ray.init()
        self.key = experiment.key
        self._reference = ray.put(experiment)

    def get(self) -> Experiment:
        """Return it, in a worker."""
        import ray

        experiment: Experiment = ray.get(self._reference)
        return experiment
