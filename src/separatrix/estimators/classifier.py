"""MLPClassifier: a multilayer perceptron for classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call

from separatrix.data.labels import plain_labels
from separatrix.data.statistics import TargetStatistics
from separatrix.errors import ParameterError
from separatrix.estimators.mlp import BaseMLP, has_epochs
from separatrix.estimators.scored import Scored
from separatrix.estimators.settings import Activations, BatchSize, ClassWeight, Init, Scoring
from separatrix.estimators.table_target import Target
from separatrix.model import Model
from separatrix.model_parts import predicted_labels
from separatrix.network import Optimizer, PeriodicEmbedding, Schedule
from separatrix.train.base import Record

Array = NDArray[Any]


class MLPClassifier(Scored, ClassifierMixin, BaseMLP):
    """A multilayer perceptron classifier.

    It fits binary, multiclass and multilabel targets (`y` is then an indicator matrix). It can replace
    scikit-learn's class of the same name: the parameters up to `max_fun` and their defaults are the same, and
    the same `random_state` gives the same network.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Number of units of each hidden layer. ``()``, no hidden layer, is logistic regression.
    activation : str or sequence of str, default='relu'
        Activation function of the hidden layers. A name of `separatrix.network.ACTIVATIONS`, such as 'relu'
        or 'tanh', for all hidden layers, or a sequence with one name for each.
    solver : str or optimizer, default='adam'
        Optimizer that updates the weights. A name of `separatrix.network.OPTIMIZERS`, such as 'adam' or
        'lbfgs', or an optimizer object with its own parameters, such as ``Adam(epsilon_hat=False)`` for
        PyTorch's form of Adam.
    alpha : float, default=0.0001
        Strength of the penalty on the weights. The penalty of a batch is divided by the sum of its row
        weights.
    batch_size : int or {'auto', 'full'}, default='auto'
        Number of rows in a batch. 'auto' is ``min(200, n_samples)``, 'full' is all rows.
    learning_rate : str or schedule, default='constant'
        Schedule of the learning rate. A name of `separatrix.network.SCHEDULES`, such as 'constant' or
        'cosine', or a schedule object. With solver='adam' the names 'invscaling' and 'adaptive' are ignored,
        as in scikit-learn; the objects ``InvScaling()`` and ``Adaptive()`` are used.
    learning_rate_init : float or "auto", default=0.001
        Learning rate at the start of the schedule. "auto" finds one by a range test: a short training of a
        copy of the network at a rising rate (`separatrix.train.range_test`). `learning_rate_init_` has it.
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
        Decay rates of the moments of solvers such as 'adam', in [0, 1). 'lion' has its own,
        those of its paper: pass `separatrix.network.Lion(beta_1, beta_2)` as `solver` to change them.
    epsilon : float, default=1e-8
        Constant in the denominator of the solvers that have one, such as 'adam'.
    n_iter_no_change : int or inf, default=10
        Maximum number of stalled epochs in a row.
    max_fun : int, default=15000
        Maximum number of evaluations of the loss by 'lbfgs'.
    loss : {'log_loss', 'squared_error'}, default='log_loss'
        Loss function to minimise. 'log_loss' is the cross-entropy. 'squared_error' is the classic quadratic
        cost: logistic outputs and half the squared error, with one output for two classes, else one for each
        class.
    class_weight : dict, 'balanced' or None, default=None
        Weight of each class, 0 or more; a class that the dict does not name weighs 1. It is multiplied into
        the weights of the rows, also of validation rows. A list of dicts for several labels a row. 'balanced'
        gives each class the same sum of weights.
    l1_ratio : float, default=0.0
        Fraction of `alpha` that penalises absolute values instead of squares, in [0, 1].
    dropout : float or sequence of float, default=0.0
        Fraction of the hidden outputs that a training step sets to zero, in [0, 1). One number for all hidden
        layers, or a sequence with one for each.
    init : str or (coefs, intercepts), default='glorot'
        How the initial weights are drawn. A name of `separatrix.network.INITIALIZERS`, such as 'glorot' or
        'he', or your own arrays, one for each layer.
    fit_intercept : bool, default=True
        Whether the layers have biases.
    embedding : int, PeriodicEmbedding or None, default=None
        Trained sines and cosines of the features, which the first layer gets besides them. They help where
        classes or numbers change in steps along single features. A number of frequencies for each feature,
        such as 8, or ``PeriodicEmbedding(8, sigma=0.3)`` of `separatrix.network`, which can also name the
        features. Scale the features first. The solver 'adamw' trains the frequencies at a tenth of the rate
        (``AdamW(embedding_rate=0.1)``) and without decay; the others train them at the full rate, and 'lion'
        also decays them. `alpha` does not hold for them.
    n_init : int or "auto", default=1
        Number of trainings from other first weights; the network with the lowest loss on training and
        validation rows is kept. "auto": up to 16, another only while the network is no better than guessing,
        or its nearest neighbours predict the training rows better, and while they are quick. `n_trainings_`
        has their number. Callbacks see the first one. Rows that are read in pieces are trained on once.
    weight_decay : float, default=0.01
        Weight decay of the solvers that have it, such as 'adamw'. It is independent of the penalty `alpha`.
    rho : float, default=0.99
        Decay rate of 'rmsprop', in [0, 1).
    scoring : str, callable or None, default=None
        Score that early stopping monitors on the validation rows. None is the accuracy, 'loss' the validation
        loss; else the name of a scorer of scikit-learn, or a scorer.
    metrics : sequence of str, default=None
        Names of scorers that the history has for the validation rows. As with `scoring`, a scorer that takes
        no `sample_weight` counts every row once.
    restore_best : bool, default=None
        Whether to keep the parameters of the best epoch instead of the last. None means: with early stopping.
    track_training : bool, default=False
        Whether the history has the true loss and score of the training rows after every epoch.
    record : int, 'auto', sequence of int or None, default=None
        Epochs whose parameters are recorded. A number *n* records every *n*-th epoch, 'auto' at most 200
        epochs, more of the early ones; a sequence lists the epochs. `recording_` has the snapshots.
    engine : {'auto', 'numba', 'numpy'}, default='auto'
        Engine that trains the network. 'auto' is 'numba' if Numba is installed, else 'numpy'.
    dtype : {'auto', 'float32', 'float64'}, default='auto'
        Data type of the data, the parameters and the arithmetic. 'auto' keeps float32 and converts everything
        else to float64.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    theta_ : ndarray of shape (n_parameters,)
        All parameters of the network: for each layer the weights (n_in, n_out) in C order, then the biases;
        before them the frequencies of the embedding.
    coefs_, intercepts_ : list of ndarray
        Weights (n_in, n_out) and biases (n_out,) of each layer. They are views of `theta_` and can be
        written to. With an embedding the rows of the first weights are those of the sines, the cosines, then
        the features.
    network_ : Network
        Layers and head.
    n_features_in_, n_layers_, n_outputs_, out_activation_ :
        Number of features, of layers (with input and output) and of outputs, and the output function:
        'logistic' or 'softmax'.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the features, if `X` has names.
    learning_rate_init_ : float
        The learning rate at the start, given or found.
    n_iter_ : int
        Number of epochs of the last call.
    t_ : int
        Number of training rows seen: each row once in every epoch.
    loss_, best_loss_ : float
        Loss of the last epoch, and the lowest loss. `best_loss_` is None with early stopping.
    loss_curve_ : list of float
        Loss of each epoch: the mean of its batch losses, with the penalty.
    validation_scores_, best_validation_score_ : list of float and float, or None
        Score that early stopping monitors, of each epoch and the best. Higher is better.
    history_ : separatrix.train.History
        All curves of the last call.
    recording_ : separatrix.train.Recording or None
        Snapshots of `theta_`. None if `record` is None.
    n_trainings_ : int
        Trainings from other first weights, as `n_init` asks.
    feature_range_ : ndarray of shape (2, n_features)
        Lowest and highest value of each feature in the training rows. Only if `record` is not None.
    stop_ : separatrix.train.Stop
        Why training ended, and what to change.

    See Also
    --------
    MLPRegressor : Predicts numbers.

    Examples
    --------
    >>> from sklearn.datasets import make_circles
    >>> from separatrix import MLPClassifier
    >>> X, y = make_circles(200, noise=0.1, factor=0.3, random_state=0)
    >>> clf = MLPClassifier((8,), "tanh", solver="lbfgs", random_state=0).fit(X, y)
    >>> clf.score(X, y)
    1.0
    >>> clf.stop_.reason
    'converged'
    """

    classes_: Array

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: Activations = "relu",
        *,
        solver: str | Optimizer = "adam",
        alpha: float = 0.0001,
        batch_size: BatchSize = "auto",
        learning_rate: str | Schedule = "constant",
        learning_rate_init: float | str = 0.001,
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
        loss: str = "log_loss",
        class_weight: ClassWeight = None,
        l1_ratio: float = 0.0,
        dropout: float | Sequence[float] = 0.0,
        init: Init = "glorot",
        fit_intercept: bool = True,
        embedding: int | PeriodicEmbedding | None = None,
        n_init: int | Literal["auto"] = 1,
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

    @available_if(has_epochs)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """Train for one more epoch.

        Parameters
        ----------
        X, y, sample_weight :
            As for `fit`.
        classes : array-like of shape (n_classes,), optional
            All labels of all calls. Required by the first call only.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a label is none of the classes, or with `early_stopping` or ``class_weight='balanced'``.
        """
        if isinstance(self.class_weight, str):
            raise ParameterError(
                "class_weight",
                f"must be None or a dict for partial_fit, which has some of the rows, got "
                f"{self.class_weight!r}.",
            )
        _check_partial_fit_first_call(self, plain_labels(classes, "classes"))
        return self._partial_fit(X, y, sample_weight)

    def predict(self, X: Any) -> Array:
        """Return the most probable class of each row.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
            For a multilabel target, 1 if the probability of the label is above one half.
        """
        return predicted_labels(self._logits(X), self.classes_, self.network_)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`. For a multilabel target the probability of each label by itself. If
            the training rows had one class only, its probability is 1.
        """
        z = self._logits(X)
        if self._has_one_class:
            return np.ones_like(z)
        return self._head.probabilities(z)

    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithm of the probability of each class, finite if the probability rounds to 0.

        Parameters
        ----------
        X : array-like, sparse matrix or frame of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of `classes_`.
        """
        z = self._logits(X)
        if self._has_one_class:
            return np.zeros_like(z)
        return self._head.log_probabilities(z)

    @property
    def _has_one_class(self) -> bool:
        """Whether the training rows had a single class, which is then certain."""
        return len(self.classes_) == 1 and self._head.is_exclusive

    def _target_of(self, statistics: TargetStatistics) -> Target:
        return Target.of_classes(statistics, self.loss, self.class_weight)

    def _take_over(self, model: Model) -> None:
        if model.classes is None:
            raise ParameterError(
                "model", f"must be a classifier, got head {model.network.head!r}; use MLPRegressor."
            )
        self.loss = "squared_error" if model.network.head == "quadratic" else "log_loss"
        self.classes_ = model.classes

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
