"""BaseMLP: the common base of the classifier and the regressor.

The steps of a fit, in this order: check the parameters, read the rows, draw the network, hold out validation
rows, train, set the fitted attributes.
"""

from __future__ import annotations

import copy
from abc import ABC
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.callback import with_callbacks

from separatrix.engine.base import Data, Run, State
from separatrix.errors import ParameterError
from separatrix.estimators.callbacks import CallbackSupport, callbacks_of
from separatrix.estimators.diagnosed_training import DiagnosedTraining
from separatrix.estimators.fitted_network import FittedNetwork
from separatrix.estimators.reported import Reported
from separatrix.estimators.restarts import seeds_after, train_again
from separatrix.estimators.scales import warn_of_scales
from separatrix.estimators.settings import FIELDS, MLPSettings, dropout_seed, generator, uses_lbfgs
from separatrix.estimators.table_fitting import TableFitting
from separatrix.estimators.targets import Targets
from separatrix.estimators.training import Metric, Paused, TrainingSetup, theta_scorer, warn_of_stop
from separatrix.estimators.training_rows import NetworkShape, TrainingRows, read_rows, unchanged_on_error
from separatrix.network import LBFGS, Network, Optimizer
from separatrix.train import Callback, History, TrainingResult, train
from separatrix.train.stream import RowStream, StreamCallbacks, StreamPosition, train_stream

Array = NDArray[Any]


class BaseMLP(Reported, DiagnosedTraining, TableFitting, FittedNetwork, CallbackSupport, BaseEstimator, ABC):
    """The common base of `MLPClassifier` and `MLPRegressor`."""

    # The parameters that are read here or by a search; `MLPSettings` has them all.
    loss: str
    solver: str | Optimizer
    max_iter: int
    random_state: int | RandomState | None

    n_trainings_: int
    loss_: float
    n_iter_: int
    t_: int
    loss_curve_: list[float]
    best_loss_: float | None
    validation_scores_: list[float] | None
    best_validation_score_: float | None
    history_: History
    feature_range_: Array
    learning_rate_init_: float
    _rate: float
    _is_continued: bool

    def _store_parameters(self, arguments: dict[str, Any]) -> None:
        """Set the parameters that a subclass's `__init__` was called with: its `locals()`."""
        self.__dict__.update((name, value) for name, value in arguments.items() if name in FIELDS)

    def settings(self) -> MLPSettings:
        """Return the parameters, checked.

        Returns
        -------
        MLPSettings

        Raises
        ------
        ParameterError
            If a parameter breaks its rule, whether the solver uses it or not.
        """
        return MLPSettings(**{name: value for name, value in vars(self).items() if name in FIELDS})

    # Fit.

    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)
            The features. A C-ordered array in the dtype of the training is not copied.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The targets: class labels, an indicator matrix of several labels a row, or numbers.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row in the loss and in the validation score, 0 or more. By default 1.
        X_val, y_val, sample_weight_val : as `X`, `y`, `sample_weight`, optional
            Your own validation rows. `history_` then has their loss and score after every epoch, and early
            stopping uses them instead of rows held out from `X`.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            If a parameter breaks its rule.
        ValueError
            If the data cannot be trained on.

        Warns
        -----
        ConvergenceWarning
            If training reached `max_iter`. `stop_` says what to change.
        DivergenceWarning
            A `ConvergenceWarning`: if the loss exploded, or training ended no better than it began. The best
            parameters are kept, the initial ones included.
        UserWarning
            If Ctrl-C ended the training: the network trained so far is kept. Or if a column or `y` lies so
            far from zero that the network cannot use it, or they are not standardised.
        """
        settings = self.settings()
        with unchanged_on_error(self):
            is_first = not (settings.warm_start and hasattr(self, "theta_"))
            dtype, classes = (None, None) if is_first else (self.theta_.dtype, vars(self).get("classes_"))
            rows = read_rows(
                self, settings, X, y, sample_weight, dtype=dtype, classes=classes, all_classes=True
            )
            warn_of_scales(rows)
            if X_val is not None or y_val is not None:
                rows = rows.with_validation(self, settings, X_val, y_val, sample_weight_val)
            random_state = self._set_up(settings, rows.shape, is_first)
            seeds = seeds_after(random_state) if settings.n_init != 1 else iter(())
            training, run = self._start(settings, rows, random_state)
            del rows  # their converted copy is not needed beside training and validation rows
            with callbacks_of(self, X, y, sample_weight) as callbacks:
                self._train_all(settings, training, run, seeds, callbacks)
        warn_of_stop(self.stop_, self._grave_findings())
        return self

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any) -> Self:
        settings = self.settings()
        if settings.early_stopping:
            raise ParameterError(
                "early_stopping",
                "must be False for partial_fit, got True: partial_fit does not support early_stopping=True.",
            )
        with unchanged_on_error(self):
            is_first = not hasattr(self, "theta_")
            dtype, classes = None if is_first else self.theta_.dtype, vars(self).get("classes_")
            rows = read_rows(self, settings, X, y, sample_weight, dtype=dtype, classes=classes)
            if is_first:
                warn_of_scales(rows)
            random_state = self._set_up(settings, rows.shape, is_first)
            training, run = self._start(settings, rows, random_state, incremental=True)
            self._train(training, run, [])
        if self.stop_.reason != "max_iter":  # it is asked for one epoch only
            warn_of_stop(self.stop_)
        return self

    def _set_up(self, settings: MLPSettings, shape: NetworkShape, is_first: bool) -> RandomState:
        """Draw a new network, or keep the earlier one; return the generator of further draws."""
        network = settings.network(shape.n_in, shape.n_out, shape.head)
        random_state = generator(self.random_state)
        self._is_continued = not is_first
        if is_first:
            self._set_network(network, settings.first_theta(network, random_state, shape.dtype))
        elif network != self.network_:
            raise ParameterError(
                "the network",
                f"must stay the same to train it further: it is {self.network_} with head "
                f"{self.network_.head!r}, and parameters and data now ask for {network} with head "
                f"{network.head!r}; set warm_start=False, or leave them as they were.",
            )
        else:
            self.theta_ = np.array(self.theta_)  # the earlier ones stay as they are if training fails
        return random_state

    def _start(
        self,
        settings: MLPSettings,
        rows: TrainingRows,
        random_state: RandomState,
        *,
        incremental: bool = False,
        paused: Paused | None = None,
        pause_at: int | None = None,
    ) -> tuple[TrainingSetup, Run]:
        """Hold out validation rows if early stopping needs them, and return the training on the others."""
        if settings.holds_out and rows.validation is None:
            rows = rows.hold_out(settings.validation_fraction, random_state)
        if not incremental:
            rows.check_weights()
        settings = self._with_rate(settings, rows.data, self.theta_)
        state = self._state_of(settings, random_state, incremental, paused)
        training = TrainingSetup.begin(
            settings,
            self.network_,
            state,
            rows.data.n_rows,
            self._metrics_on(rows.validation),
            dropout_seed=dropout_seed(self.network_, random_state),
            learning_rate=self._rate,
            max_epochs=1 if incremental else int(settings.max_iter) - state.epoch,
            rows_before=self.t_,
            incremental=incremental,
            is_continued=self._is_continued,
            pause_at=pause_at,
        )
        return training, Run(training.plan, state, rows.data, rows.validation, settings.track_training)

    def _state_of(
        self, settings: MLPSettings, random_state: RandomState, incremental: bool, paused: Paused | None
    ) -> State:
        """Return a new state, or that of a paused or earlier training that is continued."""
        if paused is not None:
            state = copy.deepcopy(paused.state)
            self.theta_, self._rate, self.loss_curve_ = state.theta, paused.learning_rate, list(paused.loss)
            return state
        optimizer, earlier = settings.optimizer, self._state
        if incremental and earlier is not None and len(earlier.slots) == optimizer.n_slots:
            # Copied, so that the earlier ones stay as they are if training fails.
            names = ("slots", "best_theta", "rows", "powers")
            arrays: dict[str, Any] = {name: np.array(getattr(earlier, name)) for name in names}
            return replace(earlier, theta=self.theta_, random_state=random_state, **arrays)
        self._rate = settings.initial_rate
        state = State.start(self.theta_, optimizer, random_state)
        followed_validation = self.validation_scores_ is not None
        if not incremental and earlier is not None and settings.early_stopping == followed_validation:
            # A warm start keeps the best value and the stalled epochs, as in scikit-learn.
            state.best_value, state.stale = earlier.best_value, earlier.stale
        return state

    @property
    def _targets(self) -> Targets:
        """How the targets of the network are encoded."""
        return Targets(self.network_.head, self.network_.n_out, vars(self).get("classes_"))

    def _metrics_on(self, validation: Data | None) -> Callable[[Any], Metric] | None:
        """Return a function that turns a scorer into a metric, None without validation rows."""
        if validation is None:
            return None
        y = self._targets.decode(validation.T)
        classes = None if self.network_.head == "multilabel" else self._targets.classes
        return partial(theta_scorer, self._at, validation.X, y, validation.weight, classes)

    def _at(self, theta: Array) -> Self:
        """Return a copy of the estimator with other parameters, for arrays without feature names."""
        other = object.__new__(type(self))  # copy.copy would make the diagnosis of an earlier training first
        other.__dict__.update(vars(self), theta_=theta)
        other.__dict__.pop("feature_names_in_", None)
        return other

    def _train(self, training: TrainingSetup, run: Run, callbacks: Sequence[Callback]) -> None:
        """Train, and keep the result."""
        result = train(run, training.settings, training.engine, callbacks)
        if result.recording is not None:
            self.feature_range_ = _range_of(run.data.X)
        self._keep(training, result, run.data.n_rows)

    def _train_data(
        self, settings: MLPSettings, training: Data, random_state: RandomState, callbacks: list[Callback]
    ) -> None:
        rows = TrainingRows(training, self._targets, {"n_features_in_": self.network_.n_in})
        seeds = seeds_after(random_state) if settings.n_init != 1 else iter(())
        setup, run = self._start(settings, rows, random_state)
        self._train_all(settings, setup, run, seeds, callbacks)

    def _train_all(
        self,
        settings: MLPSettings,
        training: TrainingSetup,
        run: Run,
        seeds: Iterator[int],
        callbacks: Sequence[Callback],
    ) -> None:
        """Train, then from other first weights if the settings ask for it; keep rows for the diagnosis."""
        self._train(training, run, callbacks)
        self._keep_sample(run.data)
        self.n_trainings_ = 1
        if settings.n_init != 1 and not self._is_continued:
            train_again(self, partial(self._restart, settings, run), settings.n_init, seeds, run)

    def _restart(self, settings: MLPSettings, run: Run, random_state: RandomState) -> None:
        """Train on the same rows from other first weights; callbacks see the first training alone."""
        self._set_start(settings.first_theta(self.network_, random_state, self.theta_.dtype))
        attributes = {"n_features_in_": self.network_.n_in}
        rows = TrainingRows(run.data, self._targets, attributes, run.validation)
        training, again = self._start(settings, rows, random_state)
        self._train(training, again, [])
        self._keep_sample(run.data)

    def _with_rate(self, settings: MLPSettings, data: Data, theta: Array) -> MLPSettings:
        """Return the settings with a learning rate: if it is to be found, that of the first training."""
        known: float | None = vars(self).get("learning_rate_init_") if self._is_continued else None
        if known is not None and settings.learning_rate_init == "auto":
            settings = replace(settings, learning_rate_init=known)
        settings = settings.with_rate(self.network_, theta, data)
        self.learning_rate_init_ = settings.initial_rate
        return settings

    def _train_stream(
        self,
        settings: MLPSettings,
        state: State,
        seed: int,
        rows: RowStream,
        capacity: int,
        validation: Data | None,
        callbacks: StreamCallbacks,
        position: StreamPosition | None,
    ) -> None:
        if settings.learning_rate_init == "auto":
            first = state.first_theta if state.first_theta.size else state.theta
            settings = self._with_rate(settings, next(rows.chunks(0, 0)), first)
        self.learning_rate_init_ = settings.initial_rate
        training = TrainingSetup.begin(
            settings,
            self.network_,
            state,
            rows.n_rows,
            self._metrics_on(validation),
            dropout_seed=seed,
            learning_rate=settings.initial_rate,
            max_epochs=int(settings.max_iter),
            is_continued=self._is_continued,
        )
        result = train_stream(
            training.plan,
            state,
            rows,
            capacity,
            training.settings,
            training.engine,
            validation=validation,
            callbacks=callbacks,
            position=position,
        )
        self._keep(training, result, rows.n_rows)
        self._keep_sample(next(rows.chunks(0, 0)))
        self._n_rows = rows.n_rows

    def _keep(self, training: TrainingSetup, result: TrainingResult, n_rows: int) -> None:
        """Set the fitted attributes."""
        state, history = training.state, result.history
        self.history_, self.recording_, self.stop_ = history, result.recording, result.stop
        self.n_iter_ = history.n_epochs
        self.loss_curve_ += history.loss.tolist()
        self.loss_ = self.loss_curve_[-1] if history.n_epochs else result.loss
        if training.follows_validation:
            self.best_loss_, self.best_validation_score_ = None, state.best_value
            self.validation_scores_ = (self.validation_scores_ or []) + training.curve(history).tolist()
        else:
            self.best_loss_, self.best_validation_score_ = -state.best_value, None
            self.validation_scores_ = None
        if not isinstance(training.plan.optimizer, LBFGS):
            self.t_ += history.n_epochs * n_rows
            if result.stop.reason in {"converged", "early_stopped"}:
                # A warm start continues to count, as in scikit-learn.
                state.stale = int(training.plan.monitor.n_iter_no_change) + 1
        if result.stop.reason != "paused":
            state.rows = np.empty(0, np.int32)  # long, and the next call draws it again
        self._state, self._rate = state, result.learning_rate
        self._forget_training_rows()

    def _set_network(self, network: Network, theta: Array) -> None:
        """Set a network that has not been trained yet, and reset all fitted attributes."""
        self.network_ = network
        self.n_layers_ = len(network.layers) + 1
        self.n_outputs_ = network.n_out
        self.out_activation_ = self._head.output_name
        self._set_start(theta)
        self._forget_table()

    def _set_start(self, theta: Array) -> None:
        """Set the parameters of a network that has not been trained yet."""
        self.theta_ = theta
        self.t_ = 0
        self.n_iter_ = 0
        self.loss_curve_ = []
        self.validation_scores_ = None
        self._state = None

    # Fits of many networks on the same rows.

    def fit_rows(
        self,
        rows: TrainingRows,
        callbacks: Sequence[Callback] = (),
        *,
        paused: Paused | None = None,
        pause_at: int | None = None,
        settings: MLPSettings | None = None,
    ) -> Self:
        """Fit on rows that have been read before.

        Parameters
        ----------
        rows : separatrix.estimators.training_rows.TrainingRows
            From `separatrix.estimators.training_rows.read_rows`, for an estimator with the same values of the
            parameters in `separatrix.estimators.training_rows.READING`.
        callbacks : sequence of callables
            Called during training, instead of those of `set_callbacks`.
        paused : Paused, optional
            The paused training of an equal estimator on the same rows, to continue. The result is that of one
            training without a pause.
        pause_at : int, optional
            The epoch after which to pause. The reason of `stop_` is then "paused", and `paused` returns the
            training.
        settings : MLPSettings, optional
            What `settings` returns, if it is known: of this estimator, or of one that differs from it in
            `random_state` alone.

        Returns
        -------
        self
            With the same bits as after `fit`. There are no warnings: see `stop_`.

        Raises
        ------
        ParameterError
            If a parameter breaks its rule.

        Examples
        --------
        >>> from separatrix import MLPRegressor
        >>> linear = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs")
        >>> rows = read_rows(linear, linear.settings(), [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
        >>> linear.fit_rows(rows).predict([[3.0]]).round(2)
        array([7.])
        """
        settings = settings or self.settings()
        if settings.n_init != 1:
            raise ParameterError(
                "n_init",
                f"must be 1 where many networks are fitted, as in a search, got {settings.n_init!r}.",
            )
        with unchanged_on_error(self):
            self.__dict__.update(rows.attributes)
            random_state = self._set_up(settings, rows.shape, is_first=True)
            training, run = self._start(settings, rows, random_state, paused=paused, pause_at=pause_at)
            self._train(training, run, callbacks)
        return self

    def paused(self, earlier: Paused | None = None) -> Paused | None:
        """Return the paused training, or None if it has ended.

        Parameters
        ----------
        earlier : Paused, optional
            The one that `fit_rows` continued; its seconds are added.
        """
        if self.stop_.reason != "paused":
            return None
        assert self._state is not None
        seconds = float(self.history_.seconds.sum()) + (earlier.seconds if earlier else 0.0)
        return Paused(self._state, self._rate, self.loss_curve_, seconds)

    def with_theta(self, rows: TrainingRows, theta: Array) -> Self:
        """Set the parameters of an earlier fit on these rows; the estimator has no history then."""
        self.__dict__.update(rows.attributes)
        n_in, n_out, head, _ = rows.shape
        self._set_network(self.settings().network(n_in, n_out, head), theta)
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def has_epochs(estimator: BaseMLP) -> bool:
    """Return True if the solver trains in epochs, else raise the `AttributeError` of `available_if`."""
    if uses_lbfgs(estimator.solver):
        raise AttributeError(
            f"partial_fit is only available for stochastic optimizers. {estimator.solver} is not stochastic."
        )
    return True


def _range_of(X: Any) -> Array:
    """Return the lowest and the highest value of each feature, (2, n_features)."""
    ends = [X.min(axis=0), X.max(axis=0)]
    return np.vstack([end.toarray() if hasattr(end, "toarray") else end for end in ends])
