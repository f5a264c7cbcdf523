"""MLPRegressor: numbers from a multilayer perceptron."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.metaestimators import available_if

from separatrix import check
from separatrix.data.targets import TargetStatistics
from separatrix.errors import ParameterError
from separatrix.estimators.mlp import BaseMLP
from separatrix.estimators.settings import Activations, BatchSize, Init, Scoring
from separatrix.estimators.table_rows import Target
from separatrix.estimators.targets import HEAD_OF_LOSS
from separatrix.model import Model
from separatrix.network import Optimizer, Schedule
from separatrix.train.base import Record

Array = NDArray[Any]


class MLPRegressor(RegressorMixin, BaseMLP):
    """A multilayer perceptron that tells numbers, one or several a row.

    A drop-in for scikit-learn's class: the parameters down to `max_fun` and their defaults are its own, and
    the same `random_state` gives the same network.

    Parameters
    ----------
    loss : {'squared_error', 'poisson'}, default='squared_error'
        Loss function to minimise. 'squared_error' is half the squared error, 'poisson' half the Poisson
        deviance: for counts, with an exponential output.
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Number of units of each hidden layer. ``()``, no hidden layer, is linear regression.
    activation : str or sequence of str, default='relu'
        Activation function of the hidden layers. A name in `separatrix.network.ACTIVATIONS` for all of them
        ('identity', 'logistic', 'tanh', 'relu', 'leaky_relu', 'elu', 'selu', 'gelu', 'silu', 'softplus'), or
        a sequence with one name for each.
    solver : {'adam', 'sgd', 'lbfgs', 'adamw', 'rmsprop', 'adagrad'} or optimizer, default='adam'
        Optimizer that updates the weights. An optimizer of `separatrix.network`, such as
        ``Adam(epsilon_hat=False)`` for the form of PyTorch, has its own settings.
    alpha : float, default=0.0001
        Strength of the penalty on the weights. The penalty of a batch is divided by the sum of its row
        weights.
    batch_size : int or {'auto', 'full'}, default='auto'
        Number of rows in a batch. 'auto' is ``min(200, n_samples)``, 'full' is all rows.
    learning_rate : str or schedule, default='constant'
        Schedule of the learning rate. A name in `separatrix.network.SCHEDULES` ('constant', 'invscaling',
        'adaptive', 'step', 'cosine', 'one_cycle', 'warmup') or a schedule object. As in scikit-learn, the
        *names* 'invscaling' and 'adaptive' are ignored with solver='adam'; the objects ``InvScaling()`` and
        ``Adaptive()`` are used.
    learning_rate_init : float, default=0.001
        Learning rate at the start of the schedule.
    power_t : float, default=0.5
        Exponent of the schedule 'invscaling'.
    max_iter : int, default=200
        Maximum number of epochs, or of iterations of 'lbfgs'.
    shuffle : bool or 'replacement', default=True
        Whether each epoch uses the rows in a new order. 'replacement' draws the rows of an epoch with
        replacement: a row may come twice or not at all.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the validation rows, the order of the rows and the dropout. The same seed
        gives the same network as scikit-learn, for the parameters that scikit-learn has.
    tol : float, default=1e-4
        Minimum improvement of the loss, or of the score with early stopping. An epoch that improves it by
        less counts as stalled. 'lbfgs' stops when no derivative is larger than `tol`.
    verbose : bool, default=False
        Whether to write a line for every epoch to standard output.
    warm_start : bool, default=False
        Whether `fit` continues from the parameters of the last call.
    momentum : float, default=0.9
        Momentum of 'sgd', in [0, 1].
    nesterovs_momentum : bool, default=True
        Whether 'sgd' uses Nesterov's momentum.
    early_stopping : bool, default=False
        Whether to stop when the score on validation rows stalls, and to keep the best epoch. It needs epochs,
        which 'lbfgs' does not have.
    validation_fraction : float, default=0.1
        Fraction of the training rows that early stopping holds out, in [0, 1). It is not used if `fit` is
        given `X_val`.
    beta_1, beta_2 : float, default=0.9, 0.999
        Decay rates of the first and the second moment of 'adam' and 'adamw', in [0, 1).
    epsilon : float, default=1e-8
        Constant in the denominator of 'adam', 'adamw', 'rmsprop' and 'adagrad'.
    n_iter_no_change : int or inf, default=10
        Maximum number of stalled epochs in a row.
    max_fun : int, default=15000
        Maximum number of evaluations of the loss by 'lbfgs'.
    l1_ratio : float, default=0.0
        Fraction of `alpha` that penalises absolute values instead of squares, in [0, 1].
    dropout : float or sequence of float, default=0.0
        Fraction of the hidden outputs that a training step sets to zero, in [0, 1). One number for all hidden
        layers, or a sequence with one for each.
    init : str or (coefs, intercepts), default='glorot'
        How the initial weights are drawn. A name in `separatrix.network.INITIALIZERS` ('glorot', 'he',
        'lecun', 'torch', 'uniform01', 'zeros'), or your own arrays, one for each layer.
    fit_intercept : bool, default=True
        Whether the layers have biases.
    weight_decay : float, default=0.01
        Weight decay of 'adamw'. It is independent of the penalty `alpha`.
    rho : float, default=0.99
        Decay rate of 'rmsprop', in [0, 1).
    scoring : str, callable or None, default=None
        Score that early stopping monitors on the validation rows. None is R², 'loss' the validation loss;
        else the name of a scorer of scikit-learn, or a scorer.
    metrics : sequence of str, default=None
        Names of scorers that the history has for the validation rows. As with `scoring`, a scorer that takes
        no `sample_weight` counts every row once.
    restore_best : bool, default=None
        Whether to keep the parameters of the best epoch instead of the last. None means: with early stopping.
    track_training : bool, default=False
        Whether the history has the true loss and score of the training rows after every epoch.
    record : int, 'auto', sequence of int or None, default=None
        Which epochs' parameters `recording_` keeps: every so many, about 200 in all, or these.
    engine : {'auto', 'numba', 'numpy'}, default='auto'
        Engine that computes. 'auto' is 'numba' if Numba is installed, else 'numpy'.
    dtype : {'auto', 'float32', 'float64'}, default='auto'
        Data type of the data, the parameters and the arithmetic. 'auto' keeps float32 and converts everything
        else to float64.

    Attributes
    ----------
    theta_ : ndarray of shape (n_parameters,)
        All parameters: for each layer the weights (n_in, n_out) in C order, then the biases.
    coefs_, intercepts_ : list of ndarray
        Weights (n_in, n_out) and biases (n_out,) of each layer: views of `theta_`, which can be written to.
    network_ : Network
        Layers and head.
    n_features_in_, n_layers_, n_outputs_, out_activation_ :
        Inputs, layers (input and output included), outputs, and the function of the output ('identity' or
        'exp').
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Where `X` had names.
    n_iter_ : int
        Epochs of the last call.
    t_ : int
        Training rows seen.
    loss_, best_loss_ : float
        Loss of the last epoch, and the lowest; `best_loss_` is None with early stopping.
    loss_curve_ : list of float
        Mean of each epoch's batch losses, penalty included.
    validation_scores_, best_validation_score_ : list of float and float, or None
        What early stopping watched, higher being better.
    history_ : separatrix.train.History
        All curves of the last call.
    recording_ : separatrix.train.Recording or None
        Snapshots of `theta_`, if `record` asked for them.
    feature_range_ : ndarray of shape (2, n_features)
        Lowest and highest value of each feature in training, if `record` asked for snapshots.
    stop_ : separatrix.train.Stop
        Why training ended, and what to do about it.

    See Also
    --------
    MLPClassifier : Classes instead of numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from separatrix import MLPRegressor
    >>> X = np.linspace(-3, 3, 100)[:, np.newaxis]
    >>> y = np.sin(X[:, 0])
    >>> reg = MLPRegressor(hidden_layer_sizes=(20,), activation="tanh", solver="lbfgs", random_state=0)
    >>> round(reg.fit(X, y).score(X, y), 2)
    1.0
    """

    def __init__(
        self,
        loss: str = "squared_error",
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: Activations = "relu",
        *,
        solver: str | Optimizer = "adam",
        alpha: float = 0.0001,
        batch_size: BatchSize = "auto",
        learning_rate: str | Schedule = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool | str = True,
        random_state: int | RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        l1_ratio: float = 0.0,
        dropout: float | Sequence[float] = 0.0,
        init: Init = "glorot",
        fit_intercept: bool = True,
        weight_decay: float = 0.01,
        rho: float = 0.99,
        scoring: Scoring = None,
        metrics: Sequence[str] | None = None,
        restore_best: bool | None = None,
        track_training: bool = False,
        record: Record = None,
        engine: str = "auto",
        dtype: str = "auto",
    ) -> None:
        self._store_parameters(locals())

    @available_if(lambda self: self._check_solver())  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch, going on from where the last call ended.

        Parameters
        ----------
        X, y, sample_weight :
            As for `fit`.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If `early_stopping` is set, or the data do not fit those before.
        """
        return self._partial_fit(X, y, sample_weight)

    def predict(self, X: Any) -> Array:
        """Return the predicted number, or numbers, of each row.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
        """
        z = self._logits(X)
        numbers = self._head.output(z)
        return numbers[:, 0] if numbers.shape[1] == 1 else numbers

    def _target_of(self, statistics: TargetStatistics) -> Target:
        check.choice("loss", self.loss, HEAD_OF_LOSS)
        return Target.of_numbers(statistics, HEAD_OF_LOSS[self.loss], has_shift=self.fit_intercept)

    def _take_over(self, model: Model) -> None:
        losses = {head: loss for loss, head in HEAD_OF_LOSS.items()}
        if model.network.head not in losses:
            raise ParameterError(
                f"model must be a regressor, got head {model.network.head!r}; use MLPClassifier."
            )
        self.loss = losses[model.network.head]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
