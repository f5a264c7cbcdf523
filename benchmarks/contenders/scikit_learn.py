"""scikit-learn's own multilayer perceptron, on float32 data as ours and on float64 data."""

from __future__ import annotations

import math
import warnings
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from cases import Case
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from contenders import Contender, Trained


class _GivenStart(MLPClassifier):
    """Starts from given parameters instead of drawing them."""

    start: Any = None

    def _init_coef(self, fan_in: int, fan_out: int, dtype: Any) -> tuple[Any, Any]:
        for w, b in zip(*self.start, strict=True):
            if w.shape == (fan_in, fan_out):
                return w.astype(dtype), b.astype(dtype)
        raise AssertionError(f"no layer of shape {(fan_in, fan_out)}")


def fit(case: Case, epochs: int, dtype: str) -> Trained:
    """Call `MLPClassifier.fit`."""
    X = case.X.astype(dtype)
    clf = _GivenStart(
        case.hidden,
        case.activation,
        solver=case.optimizer,
        alpha=0.0,
        batch_size=case.rows_per_step,
        learning_rate_init=case.rate,
        max_iter=epochs,
        shuffle=bool(case.orders),
        random_state=np.random.RandomState(0),
        tol=0.0,
        momentum=0.0,
        nesterovs_momentum=False,
        n_iter_no_change=math.inf,
    )
    clf.start = case.start
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        started = perf_counter()
        clf.fit(X, case.y)
        seconds = perf_counter() - started
    return Trained(seconds, (clf.coefs_, clf.intercepts_))


CONTENDERS = [
    Contender(f"scikit-learn, {dtype}", dtype, partial(fit, dtype=dtype)) for dtype in ("float32", "float64")
]
