"""Callbacks: scikit-learn's protocol (experimental in 1.9) and plain callables, as listeners of the training.

The one module that knows `sklearn.callback`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from sklearn.callback import CallbackContext, CallbackSupportMixin, FitCallback

from separatrix.train import Callback, TrainingProgress


class PlainCallback:
    """A callable in the dress of scikit-learn's protocol, so that clones share it as they do the others."""

    def __init__(self, listener: Callback) -> None:
        self.listener = listener

    def setup(self, estimator: Any, context: CallbackContext) -> None:
        """Do nothing: the training itself calls the listener."""

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
            A callback is called after every epoch. A callable takes a `separatrix.train.TrainingProgress`
            every few milliseconds, or after every epoch if it has a true attribute `every_epoch`; returning
            True ends the training.

        Returns
        -------
        self
        """
        # A class, too, has the protocol's methods and can be called: scikit-learn refuses it by name.
        super().set_callbacks(
            *(
                callback
                if isinstance(callback, FitCallback | type) or not callable(callback)
                else PlainCallback(callback)
                for callback in callbacks
            )
        )
        return self


@contextmanager
def listening(estimator: Any, X: Any, y: Any, sample_weight: Any) -> Iterator[list[Callback]]:
    """Begin and end the fit for the callbacks; give the listeners of its training."""
    callbacks = getattr(estimator, "_skl_callbacks", [])
    listeners = [callback.listener for callback in callbacks if isinstance(callback, PlainCallback)]
    watches_epochs = len(listeners) < len(callbacks)
    if estimator.verbose:
        listeners.append(report_progress())
    metadata = None if sample_weight is None else {"sample_weight": sample_weight}
    task = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
    context = estimator._init_callback_context(max_subtasks=estimator.max_iter)
    context.call_on_fit_task_begin(**task)
    if watches_epochs:
        epochs = EpochTasks(context, task)
        yield [*listeners, epochs]
        epochs.close()
    else:
        yield listeners
    context.call_on_fit_task_end(**task, reconstruction_attributes={})


class EpochTasks:
    """Tells scikit-learn's callbacks of every epoch: its begin, its end, and the estimator as it is then."""

    every_epoch = True

    def __init__(self, context: CallbackContext, task: dict[str, Any]) -> None:
        self._context, self._task = context, task
        self._open: CallbackContext | None = self._begin()

    def __call__(self, event: TrainingProgress) -> bool:
        """End this epoch's task and begin the next."""
        assert self._open is not None
        attributes = {"theta_": event.theta.copy(), "n_iter_": event.history.n_epochs}
        wants_stop = self._open.call_on_fit_task_end(**self._task, reconstruction_attributes=attributes)
        self._open = None if wants_stop or event.epoch == event.max_epochs else self._begin()
        return bool(wants_stop)

    def close(self) -> None:
        """End the task of an epoch that never came."""
        if self._open is not None:
            self._open.call_on_fit_task_end(estimator=self._task["estimator"])

    def _begin(self) -> CallbackContext:
        context = self._context.subcontext(task_name="epoch")
        context.call_on_fit_task_begin(**self._task)
        return context


def report_progress() -> Callable[[TrainingProgress], None]:
    """Return a listener that writes scikit-learn's line for every epoch to standard output."""
    n_told = 0

    def report(event: TrainingProgress) -> None:
        nonlocal n_told
        loss, score = event.history.loss, event.history.validation_score
        for epoch in range(n_told, len(loss)):
            sys.stdout.write(f"Iteration {epoch + 1}, loss = {loss[epoch]:.8f}\n")
            if score.size:
                sys.stdout.write(f"Validation score: {score[epoch]:f}\n")
        n_told = len(loss)

    return report
