"""Parallel training: the networks of a tabular fit in threads, or by joblib's processes and clusters.

A member depends on its job alone. Threads, workers and the loss of workers therefore change no bit of it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from itertools import takewhile
from threading import Event
from typing import Any

import numpy as np
from joblib import delayed
from joblib.parallel import get_active_backend

from separatrix.blas import one_blas_thread
from separatrix.engine import get_engine
from separatrix.engine.base import Data, Engine, Plan, Run, State
from separatrix.errors import WorkerError
from separatrix.network import AdamW, Network
from separatrix.tabular.features import Features
from separatrix.tabular.training import Answer, IsStopped, Job, Member, Target
from separatrix.train.interrupt import Interrupt
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

    def run(self, job: Job, is_stopped: IsStopped = lambda: False) -> Member:
        """Train one network until it is stopped."""
        return job.run(self.features, self.target, get_engine(self.engine), self.answer, is_stopped)


def collect(
    jobs: Sequence[Job],
    work: Work,
    n_jobs: int | None,
    has_time: HasTime,
    follow: Callable[[Member], object] | None = None,
) -> tuple[list[Member], bool]:
    """Return the members that `train` yields, in the order of their jobs, and whether Ctrl-C ended it.

    After Ctrl-C there are those that were not trained to their end, too. A second Ctrl-C raises.

    Parameters
    ----------
    jobs, work, n_jobs, has_time :
        As for `train`.
    follow : callable, optional
        Called with each member that was trained to its end.
    """
    members: list[Member] = []
    interrupt, is_interrupted = Interrupt(), False
    try:
        with closing(train(jobs, work, n_jobs, has_time, interrupt)) as trained:
            for member in trained:
                members.append(member)
                if follow is not None and member.is_whole:
                    follow(member)
    except KeyboardInterrupt:
        if interrupt.requested:
            raise
        is_interrupted = True
    is_interrupted = is_interrupted or interrupt.requested
    return sorted((each for each in members if each.n_epochs), key=lambda each: each.job), is_interrupted


def train(
    jobs: Sequence[Job], work: Work, n_jobs: int | None, has_time: HasTime, interrupt: Interrupt
) -> Generator[Member]:
    """Yield each job's member when it is trained; no further job is begun once one has no time.

    Threads end soon after Ctrl-C, and what they have trained until then is yielded; workers raise
    `KeyboardInterrupt`.

    Parameters
    ----------
    jobs : sequence of Job
    work : Work
    n_jobs : int or None
        Networks that are trained at the same time, as joblib counts them; None is that of
        `joblib.parallel_config`, else 1.
    has_time : callable
        Takes a job.
    interrupt : Interrupt
        Entered while threads train.

    Raises
    ------
    WorkerError
        If workers are lost again and again.
    """
    backend, default_n_jobs = get_active_backend(prefer="threads")
    n_jobs = default_n_jobs if n_jobs is None else n_jobs
    n_workers = count_workers(backend, n_jobs)
    if is_local(backend, n_workers):
        yield from _train_here(jobs, work, n_workers, has_time, interrupt)
    else:
        yield from _train_on_workers(jobs, work, backend, n_jobs, has_time)


def _train_here(
    jobs: Sequence[Job], work: Work, n_threads: int, has_time: HasTime, interrupt: Interrupt
) -> Generator[Member]:
    """Yield members that are trained by threads of this process."""
    _prepare(get_engine(work.engine))
    waiting = takewhile(lambda job: has_time(job) and not interrupt.requested, jobs)
    pending: set[Future[Member]] = set()
    left = Event()  # by an exception

    def is_stopped() -> bool:
        return interrupt.requested or left.is_set()

    with one_blas_thread, interrupt, ThreadPoolExecutor(n_threads) as pool:
        try:
            while True:
                while len(pending) < n_threads and (job := next(waiting, None)) is not None:
                    pending.add(pool.submit(work.run, job, is_stopped))
                if not pending:
                    return
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            left.set()
            for future in pending:
                future.cancel()


def _prepare(engine: Engine) -> None:
    """Compile what an engine needs in this thread, where Ctrl-C ends it."""
    zeros = np.zeros((2, 1), np.float32)
    plan = Plan(Network.mlp(1, (), 1, head="regression"), AdamW())
    state = State.start(np.zeros(2, np.float32), plan.optimizer, np.random.RandomState(0))
    engine.prepare(Run(plan, state, Data(zeros, zeros)))


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
