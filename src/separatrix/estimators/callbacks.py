"""Callbacks: those of scikit-learn (experimental in 1.9) and plain callables, as callbacks of the training.

This is the only module that imports `sklearn.callback`, and the only one of the package besides the command
line that prints: the lines of `verbose`, which are scikit-learn's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from sklearn.base import BaseEstimator
from sklearn.callback import CallbackContext, CallbackSupportMixin, FitCallback

from separatrix.train import Callback, TrainingProgress


class CallableCallback:
    """Adapts a callable to scikit-learn's callback protocol, so that clones keep it like callbacks."""

    def __init__(self, function: Callback) -> None:
        self.function = function

    def setup(self, estimator: Any, context: CallbackContext) -> None:
        """Do nothing: the training itself calls the function."""

    def teardown(self, estimator: Any, context: CallbackContext) -> None:
        """Do nothing."""

    def on_fit_task_begin(self, estimator: Any, context: CallbackContext) -> None:
        """Do nothing."""

    def on_fit_task_end(self, estimator: Any, context: CallbackContext) -> None:
        """Do nothing."""


class CallbackSupport(CallbackSupportMixin):
    """`set_callbacks` for callbacks of scikit-learn and plain callables."""

    _skl_callbacks: list[Any]

    def set_callbacks(self, *callbacks: Any) -> Self:
        """Set what is called while the estimator is fitted.

        Parameters
        ----------
        *callbacks : callbacks of `sklearn.callback`, or callables
            A callback of scikit-learn is called after every epoch. A callable takes a
            `separatrix.train.TrainingProgress` every few milliseconds, or after every epoch if it has an
            attribute `every_epoch` that is true. If it returns True, training ends.

        Returns
        -------
        self
        """
        # A class, too, has the protocol's methods and can be called: scikit-learn raises an error for it.
        super().set_callbacks(
            *(
                callback
                if isinstance(callback, FitCallback | type) or not callable(callback)
                else CallableCallback(callback)
                for callback in callbacks
            )
        )
        return self


@contextmanager
def callbacks_of(estimator: BaseEstimator, X: Any, y: Any, sample_weight: Any) -> Iterator[list[Callback]]:
    """Begin and end a fit for the callbacks of an estimator; yield the callbacks of its training."""
    given = getattr(estimator, "_skl_callbacks", [])
    callbacks = [callback.function for callback in given if isinstance(callback, CallableCallback)]
    has_epoch_tasks = len(callbacks) < len(given)
    if estimator.verbose:
        callbacks.append(epoch_printer())
    metadata = None if sample_weight is None else {"sample_weight": sample_weight}
    task = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
    context = estimator._init_callback_context(max_subtasks=estimator.max_iter)
    context.call_on_fit_task_begin(**task)
    if has_epoch_tasks:
        epochs = EpochTasks(context, task)
        yield [*callbacks, epochs]
        epochs.close()
    else:
        yield callbacks
    context.call_on_fit_task_end(**task, reconstruction_attributes={})


class EpochTasks:
    """Calls scikit-learn's callbacks at the begin and the end of every epoch, with the estimator of then."""

    every_epoch = True

    def __init__(self, context: CallbackContext, task: dict[str, Any]) -> None:
        self._context, self._task = context, task
        self._open: CallbackContext | None = self._begin()

    def __call__(self, progress: TrainingProgress) -> bool:
        """End the task of this epoch and begin the next."""
        assert self._open is not None
        attributes = {"theta_": progress.theta.copy(), "n_iter_": progress.history.n_epochs}
        is_to_stop = self._open.call_on_fit_task_end(**self._task, reconstruction_attributes=attributes)
        self._open = None if is_to_stop or progress.epoch == progress.max_epochs else self._begin()
        return bool(is_to_stop)

    def close(self) -> None:
        """End the task of an epoch that was not trained."""
        if self._open is not None:
            self._open.call_on_fit_task_end(estimator=self._task["estimator"])

    def _begin(self) -> CallbackContext:
        context = self._context.subcontext(task_name="epoch")
        context.call_on_fit_task_begin(**self._task)
        return context


def epoch_printer() -> Callable[[TrainingProgress], None]:
    """Return a callback that prints scikit-learn's line for every epoch."""
    n_printed = 0

    def print_epochs(progress: TrainingProgress) -> None:
        nonlocal n_printed
        loss, score = progress.history.loss, progress.history.validation_score
        for epoch in range(n_printed, len(loss)):
            sys.stdout.write(f"Iteration {epoch + 1}, loss = {loss[epoch]:.8f}\n")
            if score.size:
                sys.stdout.write(f"Validation score: {score[epoch]:f}\n")
        n_printed = len(loss)

    return print_epochs
