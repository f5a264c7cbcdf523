"""Workers: what joblib's backends need so that threads, processes and clusters carry out the same tasks."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from joblib import Parallel

from separatrix.train.carried import Carried, RayReference
from separatrix.train.orphans import end_with_parent

T = TypeVar("T")

TASKS_PER_WAVE = 4  # for each worker, if a backend returns no result before all are done


def count_workers(backend: Any, n_jobs: int | None) -> int:
    """Return how many tasks a joblib backend carries out at once; it may wait for the first worker.

    Raises
    ------
    TimeoutError
        If a Dask cluster has no worker.
    """
    if _is_ray(backend):
        import ray

        if not ray.is_initialized():  # joins the cluster that RAY_ADDRESS names, or starts one here
            ray.init()
    return int(backend.effective_n_jobs(n_jobs))


def is_local(backend: Any, n_workers: int) -> bool:
    """Return whether tasks are carried out in this process."""
    return n_workers == 1 or bool(getattr(backend, "uses_threads", False))


def results_of(
    tasks: Iterator[Any], backend: Any, n_jobs: int | None, n_workers: int, pre_dispatch: str = "2 * n_jobs"
) -> Generator[Any]:
    """Yield the result of each task when it is finished; in waves, if a backend returns all results at once.

    Tasks are drawn from the iterator shortly before they are carried out. Processes of this machine that
    carry them out end soon after this process has died.
    """
    tasks = (
        (partial(_run_as_child, os.getpid(), function), arguments, named)
        for function, arguments, named in tasks
    )
    options: dict[str, Any] = {"n_jobs": n_jobs, "prefer": "threads", "batch_size": 1}
    if getattr(backend, "supports_return_generator", True):
        parallel = Parallel(**options, pre_dispatch=pre_dispatch, return_as="generator_unordered")
        yield from parallel(tasks)
        return
    with Parallel(**options) as parallel:
        while wave := list(islice(tasks, TASKS_PER_WAVE * n_workers)):
            yield from parallel(wave)


def _run_as_child(parent: int, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    end_with_parent(parent)
    return function(*arguments, **named)


@contextmanager
def closed_quietly(results: Generator[T]) -> Iterator[Generator[T]]:
    """Close the generator at the end, without joblib's warning about results that nobody reads."""
    try:
        yield results
    finally:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module=r"joblib\.")
            results.close()


@contextmanager
def shared(value: Any, backend: Any) -> Iterator[Any]:
    """Yield what the tasks of a joblib backend carry in place of a value; `value_of` makes it the value.

    Threads share the value itself, and joblib maps its arrays into the memory of other processes on this
    machine. Each of Dask's workers gets it once, also one that takes the place of a lost one; Dask replaces
    a future in a task's arguments by what the worker has. Ray's workers take it from the store that all
    workers of one machine share.
    """
    if _is_ray(backend):
        yield RayReference(value)
    elif type(backend).__name__ == "DaskDistributedBackend":
        from separatrix.train.dask_value import held_by_workers

        with held_by_workers(value, backend.client) as carried:
            yield carried
    else:
        yield value


def value_of(carried: Any) -> Any:
    """Return the value that `shared` was given, in a worker."""
    return carried.get() if isinstance(carried, Carried) else carried


def _is_ray(backend: Any) -> bool:
    return type(backend).__name__ == "RayBackend"
