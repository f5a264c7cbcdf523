"""Parallel training: the networks of a tabular fit in threads, or by joblib's processes and clusters.

A member depends on its job alone. Threads, workers and the loss of workers therefore change no bit of it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from joblib import delayed
from joblib.parallel import get_active_backend

from separatrix.blas import one_blas_thread
from separatrix.engine import get_engine
from separatrix.errors import WorkerError
from separatrix.tabular.features import Features
from separatrix.tabular.training import Answer, Job, Member, Target
from separatrix.train.workers import closed_quietly, count_workers, is_local, results_of, shared, value_of

HasTime = Callable[[Job], bool]

MAX_LOSSES = 5
"""Times in a row that workers may be lost without a network trained in between."""


@dataclass(frozen=True, eq=False)
class Work:
    """What all jobs of a fit have in common; it is sent to each worker.

    Attributes
    ----------
    features : Features
    target : Target
    answer : callable
        From a network's outputs to probabilities or numbers.
    engine : str
    """

    features: Features
    target: Target
    answer: Answer
    engine: str

    def run(self, job: Job) -> Member:
        """Train one network."""
        return job.run(self.features, self.target, get_engine(self.engine), self.answer)


def train(jobs: Sequence[Job], work: Work, n_jobs: int | None, has_time: HasTime) -> Iterator[Member]:
    """Yield each job's member when it is trained; no further job is begun once one has no time.

    Parameters
    ----------
    jobs : sequence of Job
    work : Work
    n_jobs : int or None
        Networks that are trained at the same time, as joblib counts them; None is that of
        `joblib.parallel_config`, else 1.
    has_time : callable
        Takes a job.

    Raises
    ------
    WorkerError
        If workers are lost again and again.
    """
    backend, default_n_jobs = get_active_backend(prefer="threads")
    n_jobs = default_n_jobs if n_jobs is None else n_jobs
    n_workers = count_workers(backend, n_jobs)
    if is_local(backend, n_workers):
        yield from _train_here(jobs, work, n_workers, has_time)
    else:
        yield from _train_on_workers(jobs, work, backend, n_jobs, has_time)


def _train_here(jobs: Sequence[Job], work: Work, n_threads: int, has_time: HasTime) -> Iterator[Member]:
    """Yield members that are trained by threads of this process."""
    waiting = takewhile(has_time, jobs)
    pending: set[Future[Member]] = set()
    with one_blas_thread, ThreadPoolExecutor(n_threads) as pool:
        try:
            while True:
                while len(pending) < n_threads and (job := next(waiting, None)) is not None:
                    pending.add(pool.submit(work.run, job))
                if not pending:
                    return
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for future in pending:
                future.cancel()


def _train_on_workers(
    jobs: Sequence[Job], work: Work, backend: Any, n_jobs: int | None, has_time: HasTime
) -> Iterator[Member]:
    """Yield members that joblib's workers train; jobs that are lost with a worker are started again."""
    left = {job.number: job for job in jobs}
    n_losses = 0
    while left:
        n_left = len(left)
        try:
            with shared(work, backend) as carried:
                waiting = takewhile(has_time, list(left.values()))
                tasks = (delayed(run_job)(carried, job) for job in waiting)
                n_workers = count_workers(backend, n_jobs)
                arriving = results_of(tasks, backend, n_jobs, n_workers, pre_dispatch="n_jobs")
                with closed_quietly(arriving) as results:
                    for result in results:
                        if isinstance(result, Exception):
                            break
                        del left[result.job]
                        yield result
                    else:
                        return
        except Exception as error:
            n_losses = n_losses + 1 if len(left) == n_left else 0
            if n_losses > MAX_LOSSES:
                message = "".join(traceback.format_exception_only(error)).splitlines()[0]
                raise WorkerError(
                    "the workers must train a network now and then, but were lost "
                    f"{n_losses} times in a row ({message}); check whether they have the memory that a "
                    "network needs, and can import what it needs."
                ) from error
        else:
            raise result  # what a job raises, it raises everywhere


def run_job(carried: Any, job: Job) -> Member | Exception:
    """Return a member, or what its training raises, in a worker."""
    with one_blas_thread:
        try:
            work: Work = value_of(carried)
            return work.run(job)
        except Exception as error:
            return error
