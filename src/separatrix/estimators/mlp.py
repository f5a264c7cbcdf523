"""The estimators' shared part: one fit, from the data that came in to the attributes that stay.

The flow: check the parameters, read the rows, start or go on, set validation rows aside, train, keep what
came out. It is longer than most modules, so that the whole of a fit is read in one place.
"""

from __future__ import annotations

import copy
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.random import RandomState
from numpy.typing import DTypeLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.callback import with_callbacks
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import estimator_html_repr
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d, validate_data

from separatrix.blas import one_blas_thread
from separatrix.engine import get_engine
from separatrix.engine.base import Data, Run, State
from separatrix.engine.numpy_engine import forward
from separatrix.errors import DataError, ParameterError
from separatrix.estimators.callbacks import CallbackSupport, listening
from separatrix.estimators.held_out import check_weights, split_rows
from separatrix.estimators.monitoring import Metric, Monitoring, monitoring_of, theta_scorer
from separatrix.estimators.parameter_views import ParameterViews
from separatrix.estimators.rollback import unchanged_on_error
from separatrix.estimators.settings import (
    FIELDS,
    Activations,
    BatchSize,
    Init,
    MLPSettings,
    Scoring,
    dropout_seed,
    uses_lbfgs,
)
from separatrix.estimators.table_fitting import TableFitting
from separatrix.explain.diagram import network_html
from separatrix.model import Model
from separatrix.network import HEADS, Network, Optimizer, Schedule
from separatrix.train import Callback, History, LoopSettings, Recording, Stop, TrainingResult, train
from separatrix.train.base import Record
from separatrix.train.stream import RowStream, StreamCallbacks, StreamPosition, train_stream

Array = NDArray[Any]


@dataclass(frozen=True)
class Start:
    """What a training begins with."""

    settings: MLPSettings
    run: Run
    monitoring: Monitoring
    schedule: Schedule


class BaseMLP(TableFitting, CallbackSupport, BaseEstimator, ABC):
    """What `MLPClassifier` and `MLPRegressor` share."""

    loss: str
    hidden_layer_sizes: int | Sequence[int]
    activation: Activations
    solver: str | Optimizer
    alpha: float
    batch_size: BatchSize
    learning_rate: str | Schedule
    learning_rate_init: float
    power_t: float
    max_iter: int
    shuffle: bool | str
    random_state: int | RandomState | None
    tol: float
    verbose: bool
    warm_start: bool
    momentum: float
    nesterovs_momentum: bool
    early_stopping: bool
    validation_fraction: float
    beta_1: float
    beta_2: float
    epsilon: float
    n_iter_no_change: float
    max_fun: int
    l1_ratio: float
    dropout: float | Sequence[float]
    init: Init
    fit_intercept: bool
    weight_decay: float
    rho: float
    scoring: Scoring
    metrics: Sequence[str] | None
    restore_best: bool | None
    track_training: bool
    record: Record
    engine: str
    dtype: str

    n_features_in_: int
    network_: Network
    theta_: Array
    loss_: float
    n_iter_: int
    t_: int
    loss_curve_: list[float]
    best_loss_: float | None
    validation_scores_: list[float] | None
    best_validation_score_: float | None
    history_: History
    recording_: Recording | None
    feature_range_: Array
    stop_: Stop
    _state: State | None
    _rate: float

    def _store_parameters(self, arguments: dict[str, Any]) -> None:
        """Store what a subclass's `__init__` was called with: its `locals()`."""
        for name in self._get_param_names():
            setattr(self, name, arguments[name])

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

    # What a classifier and a regressor do each in its own way.

    @abstractmethod
    def _read_targets(self, y: Any, is_first: bool, incremental: bool) -> tuple[str, int]:
        """Check `y` and learn its classes; return head and number of outputs."""

    @abstractmethod
    def _encode(self, y: Any) -> Array:
        """Return `y` as the engine's target columns."""

    @abstractmethod
    def _decode(self, T: Array) -> Array:
        """Return target columns as `y`."""

    @abstractmethod
    def _row_weights(self, y: Any, sample_weight: Array | None) -> Array | None:
        """Return the weight of each row in the loss."""

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
            A C-ordered array in the dtype of the training is not copied.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels, an indicator matrix of several labels a row, or numbers.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row in the loss and in the validation score, 0 or more.
        X_val, y_val, sample_weight_val : as `X`, `y`, `sample_weight`, optional
            Validation rows of one's own: `history_` then has their loss and score after every epoch, and
            early stopping watches them, instead of rows set aside from `X`.

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
            If `max_iter` was reached or training diverged; `stop_` says what to do.
        UserWarning
            If Ctrl-C ended the training; the network so far is kept.
        """
        settings = self.settings()
        with unchanged_on_error(self):
            training, random_state = self._begin(settings, X, y, sample_weight, incremental=False)
            validation = None
            if X_val is not None or y_val is not None:
                validation = self._read_validation(X_val, y_val, sample_weight_val)
            start = self._start(settings, training, validation, random_state)
            del training  # as converted, they need not stay beside the parts that they were split into
        with listening(self, X, y, sample_weight) as listeners:
            self._train(start, listeners)
        self._warn_of_stop()
        return self

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any) -> Self:
        settings = self.settings()
        if self.early_stopping:
            raise ParameterError(
                "partial_fit does not support early_stopping=True; set early_stopping=False."
            )
        with unchanged_on_error(self):
            training, random_state = self._begin(settings, X, y, sample_weight, incremental=True)
            monitoring = monitoring_of(settings, None)
        state = self._state_of_partial_fit(settings, random_state)
        start = self._start_of(settings, state, training, None, monitoring, incremental=True)
        self._train(start, [], incremental=True)
        if self.stop_.reason != "max_iter":  # its one epoch is all it was asked for
            self._warn_of_stop()
        return self

    def _begin(
        self, settings: MLPSettings, X: Any, y: Any, sample_weight: Any, incremental: bool
    ) -> tuple[Data, RandomState]:
        """Read the training rows and, unless an earlier training goes on, draw a new network."""
        is_first = not hasattr(self, "theta_") or not (self.warm_start or incremental)
        dtype = settings.accepted_dtypes if is_first else self.theta_.dtype
        X, y = self._validate(X, y, dtype, reset=is_first)
        head, n_out = self._read_targets(y, is_first, incremental)
        random_state = self._set_up(settings, X.shape[1], n_out, head, X.dtype, is_first)
        return self._data(X, y, sample_weight), random_state

    def _set_up(
        self, settings: MLPSettings, n_in: int, n_out: int, head: str, dtype: DTypeLike, is_first: bool
    ) -> RandomState:
        """Draw a new network, or keep the earlier one; return the generator of the next draws."""
        network = settings.network(n_in, n_out, head)
        random_state = settings.generator()
        if is_first:
            self._set_network(network, settings.first_theta(network, random_state, dtype))
        elif network != self.network_:
            raise ParameterError(
                f"the network must stay as it is to go on with its training: it is {self.network_} with head "
                f"{self.network_.head!r}, and parameters and data now ask for {network} with head {head!r}; "
                "set warm_start=False, or leave them as they were."
            )
        return random_state

    def _start(
        self, settings: MLPSettings, training: Data, validation: Data | None, random_state: RandomState
    ) -> Start:
        """Set validation rows aside where asked, and return what a training begins with."""
        if validation is None and settings.early_stopping and not settings.uses_lbfgs:
            training, validation = self._set_aside(training, random_state)
        check_weights(training, validation)
        state = self._state_of_fit(settings, random_state)
        return self._start_of(settings, state, training, validation, self._monitoring(settings, validation))

    def _monitoring(self, settings: MLPSettings, validation: Data | None) -> Monitoring:
        """Return what early stopping follows and the metrics, on the validation rows."""
        if validation is None:
            return monitoring_of(settings, None)
        X, y, weight = validation.X, self._decode(validation.T), validation.weight
        snapshot = copy.copy(self)
        snapshot.__dict__.pop("feature_names_in_", None)  # the rows have become an array

        def predictor(theta: Array) -> BaseMLP:
            snapshot.theta_ = theta
            return snapshot

        def metric_of(scoring: Any) -> Metric:
            return theta_scorer(predictor, scoring, X, y, weight)

        return monitoring_of(settings, metric_of)

    def _start_of(
        self,
        settings: MLPSettings,
        state: State,
        training: Data,
        validation: Data | None,
        monitoring: Monitoring,
        incremental: bool = False,
    ) -> Start:
        seed = dropout_seed(self.network_, state.random_state)
        plan = settings.plan(self.network_, training.n_rows, seed, monitoring.monitor)
        schedule = settings.continued_schedule(self.t_, state.step, incremental)
        run = Run(plan, state, training, validation, settings.track_training)
        return Start(settings, run, monitoring, schedule)

    def _set_network(self, network: Network, theta: Array) -> None:
        """Put a network in place that has not been trained yet."""
        self.network_ = network
        self.theta_ = theta
        self.n_layers_ = len(network.layers) + 1
        self.n_outputs_ = network.n_out
        self.out_activation_ = HEADS[network.head].output_name
        self.t_ = 0
        self.n_iter_ = 0
        self.loss_curve_ = []
        self.validation_scores_ = None
        self._state = None
        self._forget_table()

    def _validate(self, X: Any, y: Any, dtype: Any, reset: bool) -> tuple[Any, Any]:
        y_checks = {"y_numeric": True} if self.__sklearn_tags__().estimator_type == "regressor" else {}
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            multi_output=True,
            dtype=dtype,
            order="C",
            reset=reset,
            **y_checks,
        )
        return X, column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y

    def _data(self, X: Any, y: Any, sample_weight: Any) -> Data:
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        weight = self._row_weights(y, sample_weight)
        return Data(X, self._encode(y), None if weight is None else weight.astype(X.dtype, copy=False))

    def _read_validation(self, X_val: Any, y_val: Any, sample_weight_val: Any) -> Data:
        if X_val is None or y_val is None:
            missing = "X_val" if X_val is None else "y_val"
            raise DataError(f"X_val and y_val must be given together, got no {missing}.")
        X, y = self._validate(X_val, y_val, self.theta_.dtype, reset=False)
        self._read_targets(y, is_first=False, incremental=True)
        return self._data(X, y, sample_weight_val)

    def _set_aside(self, data: Data, random_state: RandomState) -> tuple[Data, Data]:
        """Split off validation rows."""
        is_binary = self.network_.head in {"binary", "quadratic"} and self.network_.n_out == 1
        codes = data.T[:, 0] if is_binary else None
        rows, held_out = split_rows(data.n_rows, self.validation_fraction, codes, random_state)
        return data.take(rows), data.take(held_out)

    @property
    def uses_lbfgs(self) -> bool:
        """Whether the solver takes all rows at once, without epochs, schedule or early stopping."""
        return uses_lbfgs(self.solver)

    def _state_of_fit(self, settings: MLPSettings, random_state: RandomState) -> State:
        """Return a new state; a warm start goes on with what early stopping has seen, as in scikit-learn."""
        state = State.start(self.theta_, settings.optimizer, random_state)
        earlier = self._state
        if earlier is not None and self.early_stopping == (self.validation_scores_ is not None):
            state.best_value, state.stale = earlier.best_value, earlier.stale
        self._rate = self.learning_rate_init
        return state

    def _state_of_partial_fit(self, settings: MLPSettings, random_state: RandomState) -> State:
        """Return the state of the last call, or a new one."""
        optimizer = settings.optimizer
        state = self._state
        if state is None or len(state.slots) != optimizer.n_slots:
            self._rate = self.learning_rate_init
            return State.start(self.theta_, optimizer, random_state)
        # The copies of a pickled estimator's arrays need not share memory any more.
        state.theta, state.random_state = self.theta_, random_state
        return state

    def _train(
        self,
        start: Start,
        listeners: list[Callback],
        *,
        incremental: bool = False,
        pause_at: int | None = None,
    ) -> None:
        """Train, and keep what came out."""
        run, mlp, monitoring = start.run, start.settings, start.monitoring
        settings = _limits(
            mlp,
            monitoring,
            learning_rate=self._rate,
            schedule=start.schedule,
            max_epochs=1 if incremental else int(mlp.max_iter) - run.state.epoch,
            record=None if incremental else mlp.record,
            pause_at=pause_at,
        )
        outcome = train(run, settings, get_engine(mlp.engine), listeners)
        if outcome.recording is not None:
            self.feature_range_ = _range_of(run.data.X)
        self._keep(mlp, run.state, outcome, monitoring, run.data.n_rows)

    def _train_data(
        self, settings: MLPSettings, training: Data, random_state: RandomState, listeners: list[Callback]
    ) -> None:
        self._train(self._start(settings, training, None, random_state), listeners)

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
        monitoring = self._monitoring(settings, validation)
        plan = settings.plan(self.network_, rows.n_rows, seed, monitoring.monitor)
        limits = _limits(
            settings,
            monitoring,
            learning_rate=settings.learning_rate_init,
            schedule=settings.continued_schedule(0, 0, False),
            max_epochs=int(settings.max_iter),
        )
        outcome = train_stream(
            plan,
            state,
            rows,
            capacity,
            limits,
            get_engine(settings.engine),
            validation=validation,
            callbacks=callbacks,
            position=position,
        )
        self._keep(settings, state, outcome, monitoring, rows.n_rows)

    def _keep(
        self,
        settings: MLPSettings,
        state: State,
        outcome: TrainingResult,
        monitoring: Monitoring,
        n_rows: int,
    ) -> None:
        """Set the fitted attributes."""
        history = outcome.history
        self.history_, self.recording_, self.stop_ = history, outcome.recording, outcome.stop
        self.n_iter_ = history.n_epochs
        self.loss_curve_ += history.loss.tolist()
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else float("nan")
        if monitoring.is_on_validation:
            self.best_loss_, self.best_validation_score_ = None, state.best_value
            self.validation_scores_ = (self.validation_scores_ or []) + monitoring.curve(history).tolist()
        else:
            self.best_loss_, self.best_validation_score_ = -state.best_value, None
            self.validation_scores_ = None
        if not settings.uses_lbfgs:
            self.t_ += history.n_epochs * n_rows
            if outcome.stop.reason in {"converged", "early_stopped"}:
                # A warm start goes on counting, as in scikit-learn.
                state.stale = int(settings.n_iter_no_change) + 1
        if outcome.stop.reason != "paused":
            state.rows = np.empty(0, np.int32)  # drawn anew by the next call, and long
        self._state, self._rate = state, outcome.learning_rate

    def _warn_of_stop(self) -> None:
        stop = self.stop_
        if stop.reason in {"max_iter", "diverged"}:
            warnings.warn(stop.message, ConvergenceWarning, stacklevel=4)
        elif stop.reason == "interrupted":
            warnings.warn("Training interrupted by user.", stacklevel=4)

    # The fitted network.

    @property
    def coefs_(self) -> list[Array]:
        """Weights of each layer, (n_in, n_out): views of `theta_`."""
        return ParameterViews(self.network_.split(self.theta_)[0])

    @coefs_.setter
    def coefs_(self, coefs: Iterable[Array]) -> None:
        self.theta_[:] = self.network_.join(list(coefs), self.intercepts_)

    @property
    def intercepts_(self) -> list[Array]:
        """Biases of each layer, (n_out,), or (0,) without `fit_intercept`: views of `theta_`."""
        return ParameterViews(self.network_.split(self.theta_)[1])

    @intercepts_.setter
    def intercepts_(self, intercepts: Iterable[Array]) -> None:
        self.theta_[:] = self.network_.join(self.coefs_, list(intercepts))

    def _logits(self, X: Any) -> Array:
        check_is_fitted(self)
        X = validate_data(
            self,
            self._network_inputs(X),
            accept_sparse="csr",
            dtype=self.theta_.dtype,
            order="C",
            reset=False,
        )
        with one_blas_thread:  # more may round otherwise
            return forward(self.network_, self.theta_, X)

    def _check_solver(self) -> bool:
        if self.uses_lbfgs:
            raise AttributeError(
                f"partial_fit is only available for stochastic optimizers. {self.solver} is not stochastic."
            )
        return True

    def to_model(self) -> Model:
        """Return the network as a frozen `separatrix.Model`, to save and to use without scikit-learn.

        Returns
        -------
        Model
            It has the classes, the feature names, and the end and the curves of the training.

        Raises
        ------
        DataError
            If the estimator was fitted on a single class.
        """
        check_is_fitted(self)
        classes = getattr(self, "classes_", None)
        if classes is not None and len(classes) == 1 and self.network_.head != "multilabel":
            raise DataError(
                f"y must have at least two classes for a model, and the estimator was fitted on "
                f"{classes.tolist()} alone; fit it on rows of another class too."
            )
        training: dict[str, Any] = {"estimator": type(self).__name__, "n_iter": self.n_iter_}
        if hasattr(self, "stop_"):
            training |= {"stop": asdict(self.stop_), "history": self.history_.to_dict()}
        names = getattr(self, "feature_names_in_", None)
        return Model(
            self.network_,
            self.theta_,
            classes=classes,
            feature_names=None if names is None else names.tolist(),
            **self._table_parts(training),
        )

    @classmethod
    def from_model(cls, model: Model) -> Self:
        """Return a fitted estimator with a model's network.

        Parameters
        ----------
        model : Model
            Without an encoder: the estimator takes the network's own inputs.

        Returns
        -------
        MLPClassifier or MLPRegressor
            It predicts as the model does; `partial_fit` and a warm start train it further.

        Raises
        ------
        ParameterError
            If the model is of the other kind, or has an encoder.
        """
        if model.encoder is not None:
            raise ParameterError(
                "model must have no encoder, got one; use the model itself, which takes tables."
            )
        network = model.network
        hidden = network.layers[:-1]
        estimator = cls(
            hidden_layer_sizes=tuple(layer.units for layer in hidden),
            activation=[layer.activation for layer in hidden],
            dropout=[layer.dropout for layer in hidden],
            fit_intercept=all(layer.use_bias for layer in network.layers),
        )
        estimator._take_over(model)
        estimator._set_network(network, model.theta.copy())
        estimator.n_features_in_ = network.n_in
        if model.feature_names is not None:
            estimator.feature_names_in_ = np.array(model.feature_names, dtype=object)
        return estimator

    def _html_repr(self) -> str:
        """Return scikit-learn's HTML for notebooks, with the trained network beside it."""
        html: str = estimator_html_repr(self)
        if not hasattr(self, "theta_"):
            return html
        row = "display:flex;flex-wrap:wrap;gap:1.5em;align-items:flex-start"
        return f'<div style="{row}"><div>{html}</div>{network_html(self)}</div>'

    @abstractmethod
    def _take_over(self, model: Model) -> None:
        """Set the loss and the classes of a model, and check that it is of the right kind."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _limits(settings: MLPSettings, monitoring: Monitoring, **others: Any) -> LoopSettings:
    """Return how long to train and what to keep."""
    return LoopSettings(
        restore_best=settings.restores_best,
        metrics=monitoring.metrics,
        monitored_metric=monitoring.metric,
        **others,
    )


def _range_of(X: Any) -> Array:
    """Return the lowest and the highest value of each feature, (2, n_features)."""
    ends = [X.min(axis=0), X.max(axis=0)]
    return np.vstack([end.toarray() if hasattr(end, "toarray") else end for end in ends])
